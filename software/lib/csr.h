/*
 * Control and status registers, by name or by number, and the bits of them
 * that programs use.
 */
#ifndef CSR_H
#define CSR_H

#include <stdbool.h>
#include <stdint.h>

#define csr_read(csr)                                                                                                  \
    ({                                                                                                                 \
        uint32_t csr_value_;                                                                                           \
        __asm__ volatile("csrr %0, " #csr : "=r"(csr_value_)::"memory");                                               \
        csr_value_;                                                                                                    \
    })

#define csr_write(csr, value) __asm__ volatile("csrw " #csr ", %0" ::"rK"(value) : "memory")
#define csr_set(csr, bits)    __asm__ volatile("csrs " #csr ", %0" ::"rK"(bits) : "memory")
#define csr_clear(csr, bits)  __asm__ volatile("csrc " #csr ", %0" ::"rK"(bits) : "memory")

/*
 * Writes a CSR that this machine may not have: false if the write trapped.
 * The trap goes to the instruction behind the write, and is so over; it leaves
 * mepc, mcause, mtval and the stacked bits of mstatus changed.
 */
#define csr_try_write(csr, value)                                                                                      \
    ({                                                                                                                 \
        uint32_t csr_tried_, csr_saved_;                                                                               \
        __asm__ volatile("la     %1, 1f\n"                                                                             \
                         "csrrw  %1, mtvec, %1\n"                                                                      \
                         "li     %0, 0\n"                                                                              \
                         "csrw   " #csr ", %2\n"                                                                       \
                         "li     %0, 1\n"                                                                              \
                         "1: csrw mtvec, %1"                                                                           \
                         : "=&r"(csr_tried_), "=&r"(csr_saved_)                                                        \
                         : "r"(value)                                                                                  \
                         : "memory");                                                                                  \
        csr_tried_ != 0;                                                                                               \
    })

enum {
    MSTATUS_MIE = 1 << 3,
    MSTATUS_MPIE = 1 << 7,
    MSTATUS_MPP = 3 << 11,
    MSTATUS_MPRV = 1 << 17,

    MIE_MTI = 1 << 7,
    MIE_MEI = 1 << 11,

    MISA_X = 1 << 23,
};

/* Values of mcause. */
enum {
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8,
    CAUSE_ECALL_M = 11,
    CAUSE_VMCB = 24,
};
#define CAUSE_TIMER    0x80000007u
#define CAUSE_EXTERNAL 0x8000000bu

#endif
