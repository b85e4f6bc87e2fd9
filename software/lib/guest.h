/*
 * Code that a program gives to a process or to a virtual machine of its own:
 * functions marked GUEST lie in pages of their own, from guest_code_start to
 * guest_code_end. They refer to nothing outside these pages but through their
 * arguments: no variables, no constants in memory, no other functions; so they
 * may be moved as a whole and run under any map.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdint.h>

#ifdef HOST
#define GUEST
#else
#define GUEST __attribute__((section(".guest_code"), noinline))
extern const uint32_t guest_code_start[] __asm__("__guest_code_start");
extern const uint32_t guest_code_end[] __asm__("__guest_code_end");
#endif

#endif
