/* Lets the first lookups of a process fail, as a name server that is not there does.
 *
 * Loaded by LD_PRELOAD. NAMES_FAIL is how many lookups fail, NAMES_WITH the error they fail with.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long failed;

static long number(const char *name)
{
    const char *value = getenv(name);
    return value ? atol(value) : 0;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    static __typeof__(&getaddrinfo) real;
    if (atomic_fetch_add(&failed, 1) < number("NAMES_FAIL"))
        return (int)number("NAMES_WITH");
    if (!real)
        real = (__typeof__(&getaddrinfo))dlsym(RTLD_NEXT, "getaddrinfo");
    return real(node, service, hints, found);
}
