/* The smallest program with something to say. */

#include "program.h"

int main(void)
{
    uart_put_string("hello from Nestor\n");
    return 0;
}
