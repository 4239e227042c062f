/* Counts the socket calls of the process it is preloaded into, in a file that the process itself can map:
   three 64-bit counters, native byte order: sends, receives, waits. A call that returns EAGAIN counts: it cost the same entry
   into the kernel. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static _Atomic unsigned long long fallback[3];
static _Atomic unsigned long long *counters = fallback;

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("AMQP_COMPARE_COUNTERS");
    if (!path) return;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return;
    if (ftruncate(fd, 4096) == 0) {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page != MAP_FAILED) counters = page;
    }
    close(fd);
}

#define COUNT(n) atomic_fetch_add_explicit(&counters[n], 1, memory_order_relaxed)
#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

ssize_t send(int fd, const void *b, size_t n, int f)
{
    REAL(ssize_t, send, int, const void *, size_t, int);
    COUNT(0);
    return real(fd, b, n, f);
}

ssize_t sendto(int fd, const void *b, size_t n, int f, const struct sockaddr *a, socklen_t l)
{
    REAL(ssize_t, sendto, int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    COUNT(0);
    return real(fd, b, n, f, a, l);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int f)
{
    REAL(ssize_t, sendmsg, int, const struct msghdr *, int);
    COUNT(0);
    return real(fd, m, f);
}

ssize_t recv(int fd, void *b, size_t n, int f)
{
    REAL(ssize_t, recv, int, void *, size_t, int);
    COUNT(1);
    return real(fd, b, n, f);
}

ssize_t recvfrom(int fd, void *b, size_t n, int f, struct sockaddr *a, socklen_t *l)
{
    REAL(ssize_t, recvfrom, int, void *, size_t, int, struct sockaddr *, socklen_t *);
    COUNT(1);
    return real(fd, b, n, f, a, l);
}

ssize_t recvmsg(int fd, struct msghdr *m, int f)
{
    REAL(ssize_t, recvmsg, int, struct msghdr *, int);
    COUNT(1);
    return real(fd, m, f);
}

int epoll_wait(int fd, struct epoll_event *e, int n, int t)
{
    REAL(int, epoll_wait, int, struct epoll_event *, int, int);
    COUNT(2);
    return real(fd, e, n, t);
}

int poll(struct pollfd *p, nfds_t n, int t)
{
    REAL(int, poll, struct pollfd *, nfds_t, int);
    COUNT(2);
    return real(p, n, t);
}
