/* A typing mistake, as everybody makes one. */
int main(void)
{
    int listener = socket(;
    return listener;
}
