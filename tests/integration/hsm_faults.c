/* A PKCS#11 library that hands every call on to another one (BEHIND), and does wrong what a file (FAULT) says.
 *
 * Only what is needed of the standard's header is written down here: the list of functions is a version, padding, and then
 * pointers in the standard's order, of which a call's place is its number.  Source: PKCS#11 2.40, CK_FUNCTION_LIST.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long answer;
typedef answer (*call)(void *, void *, void *, void *, void *);

enum { FUNCTIONS = 68, LOGIN = 18, ENCRYPT = 30, DECRYPT = 34, DEVICE_ERROR = 0x30, GENERAL_ERROR = 5 };

struct list {
    unsigned char version[sizeof(void *)];
    call functions[FUNCTIONS];
};

static struct list ours;
static struct list *theirs;

static void pause_ms(long ms) {
    struct timespec rest = {ms / 1000, (ms % 1000) * 1000000};
    nanosleep(&rest, NULL);
}

static answer wrong(void) {
    char said[32] = {0};
    int held = open(FAULT, O_RDONLY | O_CLOEXEC);
    if (held < 0)
        return 0;
    ssize_t length = read(held, said, sizeof said - 1);
    close(held);
    if (length <= 0)
        return 0;
    if (strncmp(said, "slow ", 5) == 0)
        pause_ms(atol(said + 5));
    else if (strcmp(said, "hang") == 0)
        for (;;)
            pause_ms(1000);
    else if (strcmp(said, "fail") == 0)
        return DEVICE_ERROR;
    return 0;
}

#define HANDED_ON(name, number)                                                \
    static answer name(void *a, void *b, void *c, void *d, void *e) {          \
        answer refusal = wrong();                                              \
        return refusal ? refusal : theirs->functions[number](a, b, c, d, e);   \
    }

HANDED_ON(login, LOGIN)
HANDED_ON(encrypt_, ENCRYPT)
HANDED_ON(decrypt_, DECRYPT)

answer C_GetFunctionList(struct list **told) {
    void *library = dlopen(BEHIND, RTLD_NOW | RTLD_LOCAL);
    answer (*ask)(struct list **) = library ? (answer (*)(struct list **))dlsym(library, "C_GetFunctionList") : NULL;
    if (!ask || ask(&theirs) != 0)
        return GENERAL_ERROR;
    ours = *theirs;
    ours.functions[LOGIN] = login;
    ours.functions[ENCRYPT] = encrypt_;
    ours.functions[DECRYPT] = decrypt_;
    *told = &ours;
    return 0;
}
