/* Ends with status 42: does an exit status come out through every level? */

int main(void)
{
    return 42;
}
