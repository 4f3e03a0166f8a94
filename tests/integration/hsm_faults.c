/* A PKCS#11 library that hands every call on to another one (BEHIND), notes it with a letter in a file (CALLS), and does wrong
 * what another file (FAULT) says:
 *
 *     slow MILLISECONDS   it answers late              read PATH   it tries to read a file
 *     hang                it never returns             connect     it tries to get a socket to elsewhere
 *     fail                it says CKR_DEVICE_ERROR     run         it tries to start a program
 *
 * What it tries is noted in CALLS: `+` where it succeeded, `-` where not; and the call goes on.
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
#include <sys/socket.h>
#include <sys/wait.h>
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

static void note(char what) {
    int held = open(CALLS, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (held >= 0) {
        if (write(held, &what, 1) != 1)
            abort();
        close(held);
    }
}

static void try_to(const char *said) {
    int held = -1;
    if (strncmp(said, "read ", 5) == 0)
        held = open(said + 5, O_RDONLY | O_CLOEXEC);
    else if (strcmp(said, "connect") == 0)
        held = socket(AF_INET, SOCK_STREAM, 0);
    else if (strcmp(said, "run") == 0) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child > 0 && waitpid(child, NULL, 0) == child)
            held = dup(2);
    } else
        return;
    note(held >= 0 ? '+' : '-');
    if (held >= 0)
        close(held);
}

static answer wrong(void) {
    char said[256] = {0};
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
    else
        try_to(said);
    return 0;
}

#define HANDED_ON(name, number, letter)                                        \
    static answer name(void *a, void *b, void *c, void *d, void *e) {          \
        note(letter);                                                          \
        answer refusal = wrong();                                              \
        return refusal ? refusal : theirs->functions[number](a, b, c, d, e);   \
    }

HANDED_ON(login, LOGIN, 'L')
HANDED_ON(encrypt_, ENCRYPT, 'E')
HANDED_ON(decrypt_, DECRYPT, 'D')

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
