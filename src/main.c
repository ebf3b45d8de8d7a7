#include "app/app.h"

int main(int count, char **words, char **environment)
{
    return app_main(count, (const char *const *)words, (const char *const *)environment);
}
