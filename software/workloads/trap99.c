/* Runs into a trap that it does not expect: the status must be 99. The word
   of zeros is an illegal instruction on every RISC-V. */

int main(void)
{
    __asm__ volatile(".word 0");
    return 0;
}
