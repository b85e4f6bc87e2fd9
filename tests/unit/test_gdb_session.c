/* A debugger's session without a debugger and without a socket: packets in, packets out, on nested machines. */
#include "tests/unit/model_vmid.h"

#include "gdb/packet.h"
#include "gdb/session.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- The other side ---- */

static struct gdb_session *session;
static char sent[1 << 20]; /* all that the session has sent, as it was sent */
static size_t sent_length, taken;

static void keep(void *context, const void *bytes, size_t length)
{
    (void)context;
    assert_true(sent_length + length <= sizeof sent);
    memcpy(sent + sent_length, bytes, length);
    sent_length += length;
}

static enum hv_stop run(void *context, uint64_t limit)
{
    return hv_machine_run(context, limit < 1000 ? limit : 1000);
}

static enum hv_stop record(void *context, struct hv_commit *commit, struct hv_bus_write *writes, size_t *count)
{
    return hv_machine_step(context, NULL, commit, writes, HV_MAX_WRITES, count);
}

static void open_session(unsigned depth, unsigned level)
{
    begin(depth, level);
    const struct gdb_host host = {m, keep, run, record};
    const struct hv_vms scope = {.kind = HV_VMS_OF_LEVEL, .level = level};
    sent_length = taken = 0;
    session = gdb_session_new(m, NULL, &scope, &host);
    assert_non_null(session);
}

static int close_session(void **state)
{
    gdb_session_free(session);
    session = NULL;
    return end(state);
}

/* The next packet that was sent; "" if there is none: then the empty packet is "#". */
static const char *answer(void)
{
    static struct gdb_input input;
    while (taken < sent_length) {
        if (gdb_receive(&input, (uint8_t)sent[taken++]) == GDB_PACKET)
            return input.length ? input.data : "#";
    }
    return "";
}

static void say(const char *data)
{
    char frame[GDB_FRAME_BYTES];
    gdb_session_input(session, frame, gdb_frame(data, strlen(data), frame));
}

/* The answer to a packet; nothing else has been sent. */
static const char *ask(const char *data)
{
    static char text[GDB_PACKET_BYTES + 1];
    say(data);
    strcpy(text, answer());
    assert_string_equal(answer(), "");
    return text;
}

#define assert_answer(data, expected) assert_string_equal(ask(data), expected)

/* Run until the session says why it has stopped. Console texts are passed over. */
static const char *resume(const char *data)
{
    say(data);
    for (unsigned i = 0; gdb_session_running(session) && i < 4; i++)
        gdb_session_run(session);
    assert_false(gdb_session_running(session));
    const char *text = answer();
    while (*text == 'O' && strcmp(text, "OK") != 0)
        text = answer();
    return text;
}

/* What `monitor LINE` prints. */
static const char *monitor(const char *line)
{
    static char text[1 << 16];
    char packet[512] = "qRcmd,";
    size_t used = 0;
    for (const char *c = line; *c; c++)
        sprintf(packet + strlen(packet), "%02x", (unsigned)(uint8_t)*c);
    say(packet);
    for (const char *part = answer(); strcmp(part, "OK") != 0; part = answer()) {
        struct gdb_scan scan = {part + 1, part + strlen(part)};
        const size_t length = (strlen(part) - 1) / 2;
        assert_int_equal(*part, 'O');
        assert_true(gdb_scan_hex(&scan, text + used, length));
        used += length;
    }
    text[used] = 0;
    return text;
}

#define assert_monitor(line, expected)                                                                                 \
    do {                                                                                                               \
        const char *found = monitor(line);                                                                             \
        if (!strstr(found, expected))                                                                                  \
            fail_msg("monitor %s: found '%s', expected '%s' in it", line, found, expected);                            \
    } while (0)

/* Code of a level's process, at RAM + 0x900, where its pc is then. */
static void code(unsigned level, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(m, real_of(level, RAM + 0x900 + 4 * (uint32_t)i), words[i]);
    hv_machine_set_pc(m, RAM + 0x900);
}

/* ---- Acknowledgements ---- */

static void what_came_is_acknowledged(void **state)
{
    (void)state;
    open_session(2, 1);
    gdb_session_input(session, "$?#3f", 5);
    assert_memory_equal(sent, "+$T05thread:2;#", 15);
    sent_length = taken = 0;
    gdb_session_input(session, "$?#00", 5);
    assert_int_equal(sent_length, 1);
    assert_int_equal(sent[0], '-');
    gdb_session_input(session, "-", 1); /* then the last packet comes once more */
    assert_memory_equal(sent + 1, "$T05thread:2;#", 14);
    taken = sent_length;
    assert_answer("QStartNoAckMode", "OK");
    sent_length = taken = 0;
    gdb_session_input(session, "+$?#3f$?#00", 11);
    assert_int_equal(sent[0], '$');
    assert_string_equal(answer(), "T05thread:2;");
    assert_int_equal(taken, sent_length);
}

static void oversized_packets_are_refused(void **state)
{
    char big[GDB_PACKET_BYTES + 100];
    uint8_t sum = 0;
    (void)state;
    open_session(0, 0);
    big[0] = '$';
    for (size_t i = 1; i < sizeof big - 3; i++) {
        big[i] = 'm';
        sum = (uint8_t)(sum + 'm');
    }
    sprintf(big + sizeof big - 4, "#%02x", sum);
    big[sizeof big - 4] = '#';
    sum = (uint8_t)(sum - 'm'); /* the # took a letter's place */
    static const char digits[] = "0123456789abcdef";
    big[sizeof big - 3] = digits[sum >> 4];
    big[sizeof big - 2] = digits[sum & 15];
    gdb_session_input(session, big, sizeof big - 1);
    assert_string_equal(answer(), "E16");
    assert_answer("?", "T05thread:1;");
}

static void what_is_unknown_has_the_empty_answer(void **state)
{
    static const char *const unknown[] = {"vMustReplyEmpty", "!", "R00", "qTStatus", "vRun;", "x", "", "jTest", "\x80"};
    static const char *const malformed[] = {"m",
                                            "m1",
                                            "m1,",
                                            "mx,4",
                                            "m1,4x",
                                            "m100000000,1",
                                            "M80,1",
                                            "M80,2:12",
                                            "M80,1:1g",
                                            "X80,2:a",
                                            "Z0",
                                            "Z0,80",
                                            "Z5,80,4",
                                            "Z2,80,0",
                                            "z9,1,1",
                                            "p",
                                            "pffff",
                                            "p1,",
                                            "P1",
                                            "P1=12",
                                            "P1=1234567g",
                                            "G12",
                                            "Hx1",
                                            "Hg77",
                                            "T99",
                                            "vCont;",
                                            "vCont;x",
                                            "vCont;s:",
                                            "vCont;r1,",
                                            "vCont;r5,1",
                                            "vCont;C1234",
                                            "vContinue",
                                            "czz",
                                            "C",
                                            "C05;",
                                            "s1x",
                                            "qRcmd,6",
                                            "qRcmd,zz",
                                            "qThreadExtraInfo,9",
                                            "qThreadExtraInfo,0",
                                            "qXfer:features:read:target.xml:1",
                                            "vCont"};
    (void)state;
    open_session(1, 1);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_answer(unknown[i], "#");
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        const char *found = ask(malformed[i]);
        if (strcmp(found, "E16") != 0)
            fail_msg("%s: found '%s', expected E16", malformed[i], found);
    }
    assert_answer("qXfer:features:read:other.xml:0,100", "E00");
    assert_int_equal(m->counters.commits, 2); /* nothing has run */
}

/* ---- Registers ---- */

static void the_target_is_described(void **state)
{
    char all[1 << 16] = "", packet[80];
    (void)state;
    open_session(1, 1);
    assert_true(strstr(ask("qSupported:swbreak+;hwbreak+"), "PacketSize=1000;qXfer:features:read+"));
    for (size_t at = 0;; at = strlen(all)) {
        sprintf(packet, "qXfer:features:read:target.xml:%zx,123", at);
        const char *part = ask(packet);
        strcat(all, part + 1);
        if (*part == 'l')
            break;
        assert_int_equal(strlen(part), 0x124);
    }
    assert_true(strstr(all, "<reg name=\"sp\" bitsize=\"32\" regnum=\"2\""));
    assert_true(strstr(all, "<reg name=\"pc\" bitsize=\"32\" regnum=\"32\""));
    assert_true(strstr(all, "<reg name=\"mbase\" bitsize=\"32\" regnum=\"961\"")); /* 65 + 0x380 */
    assert_true(strstr(all, "<reg name=\"mhpmcounter31h\""));
    assert_true(strstr(all, "<reg name=\"vmid\" bitsize=\"64\""));
    assert_true(strstr(all, "</target>"));
    /* every register of it can be read */
    unsigned count = 0;
    for (const char *at = all; (at = strstr(at, "regnum=\"")) != NULL; at++, count++) {
        sprintf(packet, "p%lx", strtoul(at + 8, NULL, 10));
        assert_true(*ask(packet) != 'E');
    }
    assert_int_equal(count, 33 + 1 + 32 + 3 * 29 + 2);
}

static void registers_are_read_and_written(void **state)
{
    char packet[300] = "G";
    (void)state;
    open_session(1, 1);
    assert_answer("P5=78563412", "OK");
    assert_int_equal(hv_machine_x(m, 5), 0x12345678);
    assert_answer("p5", "78563412");
    assert_answer("P20=00090040", "OK");
    assert_int_equal(hv_machine_pc(m), RAM + 0x900);
    assert_answer("p20", "00090040");
    assert_answer("P381=abcd0000", "OK"); /* mscratch: 0x41 + 0x340 */
    assert_int_equal(m->live[CTX_MSCRATCH], 0xcdab);
    assert_answer("P342=00000000", "E16"); /* misa */
    assert_answer("p1041", "03000000");    /* priv */
    assert_answer("P1041=00000000", "E16");
    assert_answer("p1042", "01000000"); /* level */
    assert_answer("p1043", "0100000000000000");
    for (unsigned i = 0; i < 33; i++)
        sprintf(packet + strlen(packet), "%02x000000", i == 32 ? 0x40 : i);
    assert_answer(packet, "OK");
    assert_int_equal(hv_machine_x(m, 31), 31);
    assert_int_equal(hv_machine_pc(m), 0x40);
    assert_string_equal(ask("g"), packet + 1);
    packet[50] = 'g';
    hv_machine_set_x(m, 1, 99);
    assert_answer(packet, "E16");
    assert_int_equal(hv_machine_x(m, 1), 99); /* all or nothing */
}

static void threads_are_levels(void **state)
{
    (void)state;
    open_session(2, 2);
    assert_answer("qC", "QC3");
    assert_answer("qfThreadInfo", "m1,2,3");
    assert_answer("qsThreadInfo", "l");
    assert_answer("T1", "OK");
    assert_answer("T4", "E16");
    m->live[CTX_MSCRATCH] = 0x22;
    assert_answer("Hg2", "OK");
    assert_answer("p5", "xxxxxxxx");
    assert_answer("p20", "xxxxxxxx");
    assert_answer("p0", "00000000");
    assert_answer("p381", "00000000");
    assert_answer("p1043", "0100000000000000");
    assert_answer("P5=00000000", "E16");
    assert_answer("m40000104,4", "00020040"); /* the VMTAB, of every level */
    put(m, real_of(1, RAM + 0x3000), 0x11);
    put(m, real_of(2, RAM + 0x3000), 0x22);
    assert_answer("m40003000,1", "11");
    assert_answer("Hg0", "OK");
    assert_answer("m40003000,1", "22");
    assert_answer("Hg3", "OK");
    assert_answer("p381", "22000000");
    assert_answer("Hc-1", "OK");
    assert_true(strlen(ask("qThreadExtraInfo,1")) > 40);
}

/* ---- Memory ---- */

static void memory_is_read_and_written(void **state)
{
    (void)state;
    open_session(1, 1);
    assert_answer("M40003001,3:a1b2c3", "OK");
    assert_int_equal(get(m, real_of(1, RAM + 0x3000)), 0xc3b2a100);
    assert_answer("m40003000,6", "00a1b2c30000");
    assert_answer("X40003004,2:#}", "OK");
    assert_int_equal(get(m, real_of(1, RAM + 0x3004)), 0x7d23);
    assert_answer("X40003004,0:", "OK");
    assert_answer("m40003000,0", "#");
    assert_answer("m10000000,4", "E0e"); /* a device */
    assert_answer("M10000000,1:41", "E0e");
    assert_answer("m60000000,4", "E0e");
    assert_answer("m4007fffc,8", "00000000"); /* the last word of RAM, as much as there is */
    assert_answer("M4007fffc,8:1111111122222222", "E0e");
    assert_answer("m4007fffc,4", "00000000"); /* all or nothing */
    assert_int_equal(strlen(ask("m40000000,ffffffff")), GDB_PACKET_BYTES);
}

/* A map that denies stores denies them to the debugger, but not by real name. */
static void rights_hold_for_the_debugger(void **state)
{
    enum {
        TABLE = RAM + 0x3000,
        READ_ONLY = HV_PTE_V | HV_PTE_R | HV_PTE_A,
        EXECUTE_ONLY = HV_PTE_V | HV_PTE_X | HV_PTE_A
    };
    (void)state;
    open_session(1, 0);
    put_map(m, vmcb_word(1, HV_VMCB_MEM_FORM), HV_FORM_LINEAR, RAM >> 12, TABLE, 4);
    for (uint32_t i = 0; i < 4; i++)
        put(m, TABLE + 4 * i, ((RAM >> 12) + 128 + i) << 10 | (i == 1 ? READ_ONLY : i == 2 ? EXECUTE_ONLY : 0xcf));
    enter(m, 1);
    assert_answer("M40000f00,4:01020304", "OK");
    assert_answer("M40001000,4:01020304", "E0e");
    assert_answer("m40001000,4", "00000000");
    assert_answer("m40002000,4", "00000000"); /* may be fetched */
    assert_answer("M40000ffe,4:01020304", "E0e");
    assert_answer("m40000ffe,2", "0000");
    assert_answer("m40004000,4", "E0e");
    assert_monitor("space real", "by real name");
    assert_answer("M40081000,4:01020304", "OK");
    assert_answer("m40081000,4", "01020304");
    assert_monitor("space process", "by process name");
    assert_answer("m40001000,4", "01020304");
}

static void memory_has_three_spaces(void **state)
{
    (void)state;
    open_session(2, 2);
    m->live[CTX_MPHI] = HV_MPHI_M;
    m->live[CTX_MBASE] = RAM + 0x2004;
    m->live[CTX_MBOUND] = 0x1000;
    for (unsigned level = 0; level <= 2; level++)
        put(m, real_of(level, RAM + 0x3000), 0xa0 + level);
    assert_answer("mffc,1", "a2");
    assert_answer("m1000,1", "E0e");
    assert_monitor("space resource", "of the level that runs");
    assert_answer("m40003000,1", "a2");
    assert_monitor("space resource 1", "of level 1");
    assert_answer("m40003000,1", "a1");
    assert_monitor("space real", "real");
    assert_answer("m40003000,1", "a0");
    assert_monitor("space resource 3", "expected space process");
    assert_monitor("space", "real");
    assert_monitor("read resource 1 0x40003000 2", "40003000: 000000a1 00000000");
    assert_monitor("read process 0xffc", "00000ffc: 000000a2");
    assert_monitor("read real 0x40003000 0", "expected read");
    assert_monitor("read real 0x40003000 300", "expected read");
    assert_monitor("read real 0x1000", "00001000: no RAM that can be read");
}

/* What the debugger has stored is executed. */
static void written_code_is_executed(void **state)
{
    const uint32_t words[] = {word_i(HV_INSN_ADDI, X6, X0, 1), word_jal(X0, -4)};
    (void)state;
    open_session(1, 1);
    code(1, words, 2);
    assert_answer("Z0,40000900,4", "OK");
    assert_string_equal(resume("c"), "T05thread:2;");
    assert_string_equal(resume("c"), "T05thread:2;");
    assert_int_equal(hv_machine_x(m, X6), 1);
    assert_answer("M40000900,4:13037000", "OK"); /* addi t1, x0, 7 */
    assert_string_equal(resume("c"), "T05thread:2;");
    assert_int_equal(hv_machine_x(m, X6), 7);
}

/* ---- Breakpoints ---- */

/* Level 1 goes round; level 0 has the same addresses. */
static void breakpoints_are_for_vms(void **state)
{
    const uint32_t words[] = {word_i(HV_INSN_ADDI, X6, X6, 1), 0x200b, word_jal(X0, -8)}; /* hv.exit */
    (void)state;
    open_session(1, 1);
    put(m, ENTRY, word_jal(X0, (int32_t)(RAM + 0x908 - ENTRY))); /* level 0 goes back in */
    put(m, vmcb_word(1, HV_VMCB_X0 + 4 * X10), RAM);
    put(m, RAM + 0x908, word_lvmid(X10, 0x184));
    code(1, words, 3);
    hv_machine_set_x(m, X10, RAM);
    assert_true(strstr(ask("qSupported:swbreak+;hwbreak+"), "swbreak+;hwbreak+"));
    assert_answer("Z1,40000908,4", "OK");
    for (unsigned i = 1; i < 4; i++) {
        assert_string_equal(resume("vCont;c"), "T05thread:2;hwbreak:;");
        assert_int_equal(hv_machine_x(m, X6), i);
        assert_int_equal(hv_machine_level(m), 1);
    }
    assert_monitor("scope any", "hold for any VM");
    assert_string_equal(resume("c"), "T05thread:1;hwbreak:;");
    assert_string_equal(resume("c"), "T05thread:2;hwbreak:;");
    assert_monitor("break-vmid NULL 0x40000908", "breakpoints at 40000908 hold for VMID NULL");
    assert_string_equal(resume("c"), "T05thread:1;hwbreak:;");
    assert_string_equal(resume("c"), "T05thread:1;hwbreak:;");
    assert_monitor("break-vmid none 0x40000908", "hold for any VM\n");
    assert_string_equal(resume("c"), "T05thread:2;hwbreak:;");
    assert_answer("z1,40000908,4", "OK");
    assert_answer("z1,40000908,4", "OK"); /* what is not there changes nothing */
    assert_answer("Z0,40000904,4", "OK");
    assert_monitor("break-vmid 1", "hold for VMID 1");
    assert_string_equal(resume("c"), "T05thread:2;swbreak:;");
    assert_answer("z0,40000904,4", "OK");
    say("c");
    gdb_session_run(session);
    assert_true(gdb_session_running(session)); /* nothing stops it */
    gdb_session_input(session, "\3", 1);
    assert_memory_equal(answer(), "T02thread:", 10);
    assert_false(gdb_session_running(session));
    gdb_session_input(session, "\3", 1); /* when it has stopped it means nothing */
    assert_string_equal(answer(), "");
}

static void too_many_are_refused(void **state)
{
    char packet[40];
    (void)state;
    open_session(0, 0);
    for (unsigned i = 0; i < 256; i++) {
        sprintf(packet, "Z0,%x,4", RAM + 0x2000 + 4 * i);
        assert_answer(packet, "OK");
        assert_answer(packet, "OK"); /* the same one */
    }
    assert_answer("Z0,40008000,4", "E1c");
    assert_answer("z0,40002000,4", "OK");
    assert_answer("Z0,40008000,4", "OK");
}

/* ---- Steps ---- */

/* A load whose page is missing: level 0 maps it and goes back in, all of it one step. */
static void a_step_is_one_instruction(void **state)
{
    const uint32_t words[] = {word_i(HV_INSN_LW, X6, X5, 0), word_i(HV_INSN_ADDI, X7, X6, 1), word_jal(X0, -8)};
    enum { TABLE = RAM + 0x3000 };
    (void)state;
    open_session(1, 0);
    put_map(m, vmcb_word(1, HV_VMCB_MEM_FORM), HV_FORM_LINEAR, RAM >> 12, TABLE, 2);
    put(m, TABLE, ((RAM >> 12) + 128) << 10 | 0xcf);
    put(m, RAM + 0x81000, 41); /* the missing page's word */
    /* level 0 stores the entry that is in x8 at x9, and goes back in */
    put(m, ENTRY, word_jal(X0, (int32_t)(RAM + 0xa00 - ENTRY)));
    put(m, RAM + 0xa00, word_s(HV_INSN_SW, X8, X9, 0));
    put(m, RAM + 0xa04, word_lvmid(X10, 0x184));
    enter(m, 1);
    code(1, words, 3);
    hv_machine_set_x(m, X5, RAM + 0x1000);
    hv_machine_set_x(m, X8, ((RAM >> 12) + 129) << 10 | 0xcf);
    hv_machine_set_x(m, X9, TABLE + 4);
    hv_machine_set_x(m, X10, RAM);
    put(m, vmcb_word(1, HV_VMCB_X0 + 4 * X10), RAM);
    const uint64_t before = m->counters.commits;
    assert_string_equal(resume("vCont;s:2;c"), "T05thread:2;");
    assert_int_equal(hv_machine_pc(m), RAM + 0x904);
    assert_int_equal(hv_machine_x(m, X6), 41);
    assert_int_equal(m->counters.commits - before, 5); /* the fault, three of the monitor, the load */
    assert_string_equal(resume("s"), "T05thread:2;");
    assert_int_equal(hv_machine_x(m, X7), 42);
    assert_string_equal(resume("s"), "T05thread:2;");
    assert_int_equal(hv_machine_pc(m), RAM + 0x900);
    assert_string_equal(resume("vCont;r40000900,40000908:2"), "T05thread:2;"); /* out of the range, by 2 instructions */
    assert_int_equal(hv_machine_pc(m), RAM + 0x908);
    /* a step of the monitor ends when it has control again */
    put(m, real_of(1, RAM + 0x908), 0x200b); /* hv.exit */
    assert_string_equal(resume("vCont;s:1"), "T05thread:1;");
    assert_int_equal(hv_machine_pc(m), ENTRY);
    assert_string_equal(resume("vCont;s:1"), "T05thread:1;");
    assert_int_equal(hv_machine_pc(m), RAM + 0xa00);
    assert_answer("qfThreadInfo", "m1,2"); /* level 1 is not in the VMID, and keeps its thread */
    assert_answer("Hg2", "OK");
    assert_answer("p20", "xxxxxxxx");
    assert_answer("m40000000,4", "E0e");
}

/* ---- Watchpoints and events ---- */

static void accesses_are_watched(void **state)
{
    const uint32_t words[] = {word_i(HV_INSN_LH, X6, X5, 2), word_s(HV_INSN_SB, X6, X5, 1),
                              word_s(HV_INSN_SW, X6, X5, 4), word_jal(X0, -12)};
    (void)state;
    open_session(1, 1);
    code(1, words, 4);
    hv_machine_set_x(m, X5, RAM + 0x3000);
    assert_answer("Z2,40003000,4", "OK");
    assert_string_equal(resume("c"), "T05thread:2;watch:40003001;");
    assert_int_equal(hv_machine_pc(m), RAM + 0x908); /* behind the store */
    assert_answer("z2,40003000,4", "OK");
    assert_answer("Z3,40003003,1", "OK");
    assert_string_equal(resume("c"), "T05thread:2;rwatch:40003003;");
    assert_int_equal(hv_machine_pc(m), RAM + 0x904);
    assert_answer("z3,40003003,1", "OK");
    assert_answer("Z4,40003004,8", "OK");
    assert_string_equal(resume("c"), "T05thread:2;awatch:40003004;");
    assert_int_equal(hv_machine_pc(m), RAM + 0x90c);
    assert_monitor("scope NULL", "VMID NULL"); /* nothing of level 1 any more */
    say("c");
    gdb_session_run(session);
    assert_true(gdb_session_running(session));
    assert_answer("g", "E10"); /* it runs */
    gdb_session_input(session, "\3", 1);
    assert_string_equal(answer(), "T02thread:2;");
}

/* By real name, whoever it is: the program, and the hardware itself. */
static void real_names_are_watched(void **state)
{
    const uint32_t words[] = {word_s(HV_INSN_SW, X6, X5, 0), 0x200b};
    char packet[40];
    (void)state;
    open_session(1, 1);
    code(1, words, 2);
    hv_machine_set_x(m, X5, RAM + 0x3000);
    assert_monitor("space real", "real");
    sprintf(packet, "Z2,%x,4", real_of(1, RAM + 0x3000));
    assert_answer(packet, "OK");
    sprintf(packet, "T05thread:2;watch:%x;", real_of(1, RAM + 0x3000));
    assert_string_equal(resume("c"), packet);
    assert_monitor("space process", "process"); /* the watchpoint stays what it is */
    sprintf(packet, "z2,%x,4", real_of(1, RAM + 0x3000));
    assert_answer(packet, "OK");
    assert_monitor("space real", "real");
    sprintf(packet, "Z2,%x,4", vmcb_word(1, HV_VMCB_FAULT_CAUSE));
    assert_answer(packet, "OK");
    sprintf(packet, "T05thread:1;watch:%x;", vmcb_word(1, HV_VMCB_FAULT_CAUSE));
    assert_string_equal(resume("c"), packet);
    assert_monitor("space resource", "resource");
    assert_answer("Z2,40003000,4", "E16");
}

static void events_are_caught(void **state)
{
    const uint32_t words[] = {0x200b, 0x00000073, word_jal(X0, -8)}; /* hv.exit, ecall */
    (void)state;
    open_session(1, 1);
    code(1, words, 3);
    put(m, vmcb_word(1, HV_VMCB_X0 + 4 * X10), RAM);
    hv_machine_set_x(m, X10, RAM);
    m->live[CTX_MTVEC] = RAM + 0x908;
    assert_monitor("catch", "catches nothing");
    assert_monitor("catch vmfault 1", "catches vmfault of VMID 1\n");
    assert_monitor("catch lvmid level 0", "catches lvmid of level 0\n");
    assert_monitor("catch trap", "catches trap of any VM\n");
    for (unsigned i = 0; i < 2; i++) {
        assert_string_equal(resume("c"), "T05thread:1;");
        assert_int_equal(hv_machine_pc(m), ENTRY);
        assert_string_equal(resume("c"), "T05thread:2;");
        assert_int_equal(hv_machine_pc(m), RAM + 0x904);
        assert_string_equal(resume("c"), "T05thread:2;");
        assert_int_equal(hv_machine_pc(m), RAM + 0x908);
    }
    assert_monitor("catch none", "catches nothing");
    assert_monitor("catch vmfault NULL", "of VMID NULL"); /* level 0 has none */
    say("c");
    gdb_session_run(session);
    assert_true(gdb_session_running(session));
}

/* ---- Ends ---- */

static void the_end_is_told(void **state)
{
    const uint32_t words[] = {word_s(HV_INSN_SW, X6, X5, 0)};
    (void)state;
    open_session(1, 1);
    code(1, words, 1);
    hv_machine_set_x(m, X5, 0x100000);
    hv_machine_set_x(m, X6, 0x002a3333);
    assert_string_equal(resume("c"), "W2a");
    assert_int_equal(gdb_session_ended(session), GDB_ENDED);
    say("g"); /* nobody listens any more */
    assert_string_equal(answer(), "");
}

static void waiting_for_ever_is_told(void **state)
{
    const uint32_t words[] = {0x10500073}; /* wfi */
    (void)state;
    open_session(0, 0);
    code(0, words, 1);
    assert_string_equal(resume("s"), "W7d");
}

static void a_debugger_goes(void **state)
{
    (void)state;
    open_session(1, 1);
    assert_answer("Z0,40000900,4", "OK");
    assert_answer("D;1", "OK");
    assert_int_equal(gdb_session_ended(session), GDB_DETACHED);
    gdb_session_free(session);
    assert_int_equal(m->blocks.breakpoint_count, 0);
    session = NULL;
    end(state);
    open_session(1, 1);
    assert_answer("k", "");
    assert_int_equal(gdb_session_ended(session), GDB_KILLED);
    gdb_session_free(session);
    end(state);
    open_session(1, 1);
    say("c");
    assert_answer("vKill;1", "OK");
    assert_int_equal(gdb_session_ended(session), GDB_KILLED);
    gdb_session_free(session);
    end(state);
    open_session(1, 1);
    say("c");
    gdb_session_abort(session, 24, "enough\n");
    assert_string_equal(answer(), "O656e6f7567680a");
    assert_string_equal(answer(), "X18");
    assert_int_equal(gdb_session_ended(session), GDB_ENDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_came_is_acknowledged, close_session),
        cmocka_unit_test_teardown(oversized_packets_are_refused, close_session),
        cmocka_unit_test_teardown(what_is_unknown_has_the_empty_answer, close_session),
        cmocka_unit_test_teardown(the_target_is_described, close_session),
        cmocka_unit_test_teardown(registers_are_read_and_written, close_session),
        cmocka_unit_test_teardown(threads_are_levels, close_session),
        cmocka_unit_test_teardown(memory_is_read_and_written, close_session),
        cmocka_unit_test_teardown(rights_hold_for_the_debugger, close_session),
        cmocka_unit_test_teardown(memory_has_three_spaces, close_session),
        cmocka_unit_test_teardown(written_code_is_executed, close_session),
        cmocka_unit_test_teardown(breakpoints_are_for_vms, close_session),
        cmocka_unit_test_teardown(too_many_are_refused, close_session),
        cmocka_unit_test_teardown(a_step_is_one_instruction, close_session),
        cmocka_unit_test_teardown(accesses_are_watched, close_session),
        cmocka_unit_test_teardown(real_names_are_watched, close_session),
        cmocka_unit_test_teardown(events_are_caught, close_session),
        cmocka_unit_test_teardown(the_end_is_told, close_session),
        cmocka_unit_test_teardown(waiting_for_ever_is_told, close_session),
        cmocka_unit_test_teardown(a_debugger_goes, close_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
