/*
 * Linked into a program by `make count-programs-qemu` only, around main(): at
 * the end it prints how many instructions the program has retired since.
 */

#include "csr.h"
#include "program.h"

static uint32_t at_begin;

int __real_main(void);
int __wrap_main(void);
void before_exit(void);

int __wrap_main(void)
{
    at_begin = csr_read(minstret);
    return __real_main();
}

void before_exit(void)
{
    uint32_t at_end = csr_read(minstret);

    uart_put_decimal(at_end - at_begin);
    uart_put_string(" instructions\n");
}
