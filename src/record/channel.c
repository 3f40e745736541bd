/* channel.c - how agents find the recorder.
 *
 * An abstract socket leaves nothing in the file system and needs no descriptor in the
 * target but for the length of the handshake. The peer's user is checked, because an
 * abstract name has no permissions. */
#include "record/channel.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

void pmt_channel_name(char address[64])
{
    uint64_t salt = 0;

    if (getrandom(&salt, sizeof salt, GRND_NONBLOCK) != (ssize_t)sizeof salt)
        salt = (uint64_t)(uintptr_t)&salt; /* only has to differ, not to be secret */
    (void)snprintf(address, 64, "pymemtrace-%d-%016llx", (int)getpid(),
                   (unsigned long long)salt);
}

enum pmt_status pmt_channel_listen(int *fd, const char *address, struct pmt_error *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t n = strlen(address);

    memcpy(at.sun_path + 1, address, n);
    *fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0 ||
        bind(*fd, (struct sockaddr *)&at,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) ||
        listen(*fd, 128)) {
        if (*fd >= 0)
            close(*fd);
        *fd = -1;
        return pmt_error_set(err, PMT_E_IO, "cannot listen for the agent: %s",
                             strerror(errno));
    }
    return PMT_OK;
}

static bool same_user(int fd, struct ucred *peer)
{
    socklen_t n = sizeof *peer;

    return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &n) &&
           (peer->uid == geteuid() || peer->uid == 0);
}

int pmt_channel_accept(int listen_fd, struct pmt_hello *hello)
{
    struct timeval patience = {5, 0};
    struct ucred peer;
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (same_user(fd, &peer) &&
        recv(fd, hello, sizeof *hello, 0) == (ssize_t)sizeof *hello &&
        hello->magic == PMT_WIRE_MAGIC && hello->version == PMT_WIRE_VERSION) {
        if (peer.pid > 0)
            hello->pid = peer.pid; /* as we see it: it may live in a namespace */
        hello->python[sizeof hello->python - 1] = '\0';
        hello->build[sizeof hello->build - 1] = '\0';
        hello->hash_seed[sizeof hello->hash_seed - 1] = '\0';
        hello->malloc_env[sizeof hello->malloc_env - 1] = '\0';
        hello->refusal[sizeof hello->refusal - 1] = '\0';
        return fd;
    }
    close(fd);
    return -1;
}

void pmt_channel_ack(int fd, struct pmt_ack ack, int shm_fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec iov = {&ack, sizeof ack};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    ack.magic = PMT_WIRE_MAGIC;
    ack.version = PMT_WIRE_VERSION;
    if (shm_fd >= 0) {
        struct cmsghdr *c;

        msg.msg_control = control.bytes;
        msg.msg_controllen = sizeof control.bytes;
        c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof shm_fd);
        memcpy(CMSG_DATA(c), &shm_fd, sizeof shm_fd);
    }
    (void)sendmsg(fd, &msg, MSG_NOSIGNAL);
    close(fd);
}

static bool init_mutex(struct pmt_shm *shm)
{
    pthread_mutexattr_t attr;
    bool ok = !pthread_mutexattr_init(&attr) &&
              !pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) &&
              !pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) &&
              !pthread_mutex_init(&shm->recorder, &attr) &&
              !pthread_mutex_lock(&shm->recorder);

    (void)pthread_mutexattr_destroy(&attr);
    return ok;
}

enum pmt_status pmt_channel_shm(struct pmt_shm **shm, int *fd, struct pmt_error *err)
{
    void *map = MAP_FAILED;

    *shm = NULL;
    *fd = memfd_create("pymemtrace", MFD_CLOEXEC);
    if (*fd >= 0 && !ftruncate(*fd, sizeof **shm))
        map = mmap(NULL, sizeof **shm, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (map == MAP_FAILED || !init_mutex(map)) {
        if (*fd >= 0)
            close(*fd);
        *fd = -1;
        return pmt_error_set(err, PMT_E_IO, "cannot make the shared memory: %s",
                             strerror(errno));
    }
    *shm = map;
    (*shm)->magic = PMT_WIRE_MAGIC;
    (*shm)->version = PMT_WIRE_VERSION;
    return PMT_OK;
}
