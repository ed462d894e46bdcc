/* Lets the first lookups of a campaign fail, as a name server that is not there does.
 *
 * Loaded by LD_PRELOAD. NAMES_FAIL is how many lookups fail, NAMES_WITH the error they fail with.
 * NAMES_FAILED is a file that grows by a byte for each, so that a process that starts anew goes on
 * counting.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long number(const char *name)
{
    const char *value = getenv(name);
    return value ? atol(value) : 0;
}

static int fails(void)
{
    const char *path = getenv("NAMES_FAILED");
    int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    struct stat so_far;
    int failing = 0;
    if (file < 0)
        return 0;
    if (fstat(file, &so_far) == 0 && so_far.st_size < number("NAMES_FAIL"))
        failing = write(file, ".", 1) == 1;
    close(file);
    return failing;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    static __typeof__(&getaddrinfo) real;
    if (fails())
        return (int)number("NAMES_WITH");
    if (!real)
        real = (__typeof__(&getaddrinfo))dlsym(RTLD_NEXT, "getaddrinfo");
    return real(node, service, hints, found);
}
