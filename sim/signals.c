#include "sim/signals.h"

#include <stddef.h>
#include <time.h>

static const int enders[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGXFSZ};
enum { ENDERS = sizeof enders / sizeof *enders, WAIT_NS = 100000000 };

void hv_signals_hold(struct hv_signals *before)
{
    sigset_t held;
    sigemptyset(&held);
    for (int i = 0; i < ENDERS; i++)
        sigaddset(&held, enders[i]);
    sigaddset(&held, SIGCHLD); /* no ender, but to be waited for */
    sigprocmask(SIG_BLOCK, &held, &before->mask);
}

void hv_signals_release(const struct hv_signals *before)
{
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && !(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_IGN;
}

bool hv_signals_came(void)
{
    sigset_t pending;
    sigpending(&pending);
    for (int i = 0; i < ENDERS; i++)
        if (sigismember(&pending, enders[i]) && !is_ignored(enders[i]))
            return true;
    return false;
}

bool hv_signals_wait(void)
{
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    for (int i = 0; i < ENDERS; i++)
        if (!is_ignored(enders[i]))
            sigaddset(&awaited, enders[i]);
    const int number = sigtimedwait(&awaited, NULL, &(struct timespec){.tv_nsec = WAIT_NS});
    if (number > 0 && number != SIGCHLD)
        raise(number); /* it has been taken: let it come again */
    return hv_signals_came();
}

void hv_signals_of_child(sigset_t *mask)
{
    sigprocmask(SIG_SETMASK, NULL, mask);
    for (int i = 0; i < ENDERS; i++)
        sigdelset(mask, enders[i]);
    sigdelset(mask, SIGCHLD);
}
