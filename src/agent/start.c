/*
 * start.c - before main: is this a CPython, can it be recorded, and is there a
 * recorder that wants it?
 *
 * The constructor runs in every process that inherits our LD_PRELOAD. Where there
 * is no CPython it does nothing, so that `sh`, `env` or a version manager's shim can
 * go on to exec the interpreter. Otherwise it says hello and takes the answer; the
 * descriptors it needs for that are closed again before main. Then it takes its own
 * traces out of the environment, unless forked and started processes are wanted too.
 */
#include "agent/agent.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FORK_PATIENCE_MS 10000u

struct python pmt_py;
uint32_t pmt_hex_version;

extern char **environ;

static void find_python(void)
{
    static const struct { const char *name; void **where; } symbols[] = {
        {"PyMem_GetAllocator", (void **)&pmt_py.get_allocator},
        {"PyMem_SetAllocator", (void **)&pmt_py.set_allocator},
        {"PyObject_GetArenaAllocator", (void **)&pmt_py.get_arena},
        {"PyObject_SetArenaAllocator", (void **)&pmt_py.set_arena},
        {"Py_GetVersion", (void **)&pmt_py.get_version},
        {"Py_IsInitialized", (void **)&pmt_py.is_initialized},
        {"_Py_IsFinalizing", (void **)&pmt_py.is_finalizing},
        {"Py_IsFinalizing", (void **)&pmt_py.is_finalizing},
        {"PyGILState_Check", (void **)&pmt_py.gil_check},
        {"_PyObject_DebugMallocStats", (void **)&pmt_py.debug_stats},
        {"_Py_GetAllocatedBlocks", (void **)&pmt_py.allocated_blocks},
        {"PySys_GetObject", (void **)&pmt_py.sys_get},
        {"PyCFunction_GetFunction", (void **)&pmt_py.cfunction},
        {"PyLong_AsSsize_t", (void **)&pmt_py.as_ssize},
        {"Py_DecRef", (void **)&pmt_py.decref},
        {"PyInterpreterState_Head", (void **)&pmt_py.interp_head},
        {"PyInterpreterState_Next", (void **)&pmt_py.interp_next},
        {"PyEval_GetGlobals", (void **)&pmt_py.globals},
        {"PyEval_GetBuiltins", (void **)&pmt_py.builtins},
        {"_PyThreadState_UncheckedGet", (void **)&pmt_py.thread_state},
        {"PyThreadState_GetUnchecked", (void **)&pmt_py.thread_state},
        {"PyDict_Next", (void **)&pmt_py.dict_next},
        {"PyUnicode_CompareWithASCIIString", (void **)&pmt_py.compare_text},
        {"_PyRuntime", (void **)&pmt_py.runtime},
        {"PyType_Type", (void **)&pmt_py.type_type},
        {"PySet_Type", (void **)&pmt_py.set_type},
        {"PyByteArray_Type", (void **)&pmt_py.bytearray_type},
        {"PyTuple_Type", (void **)&pmt_py.tuple_type},
        {"PyUnicode_Type", (void **)&pmt_py.text_type},
    };

    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *found = dlsym(RTLD_DEFAULT, symbols[i].name);

        if (found)
            *symbols[i].where = found;
    }
    (void)dlerror(); /* what was not found is no business of the program's */
}

/* -- the environment, changed in place: setenv() would allocate -- */

static char **env_entry(const char *name)
{
    size_t n = strlen(name);

    for (char **e = environ; e && *e; e++)
        if (!strncmp(*e, name, n) && (*e)[n] == '=')
            return e;
    return NULL;
}

static void env_remove(const char *name)
{
    char **e = env_entry(name);

    for (; e && *e; e++)
        e[0] = e[1];
}

/* Take `word` out of a list with colons or spaces between, as often as it is there;
 * false when nothing else was in it. What an empty word stood for stays. */
static bool drop_word(char *list, const char *word)
{
    size_t n = strlen(word);
    char *at = list;

    while (*at) {
        size_t len = strcspn(at, ": ");

        if (len != n || memcmp(at, word, n)) {
            at += len + (at[len] != '\0');
        } else if (at[len]) {
            memmove(at, at + len + 1, strlen(at + len + 1) + 1);
            if (!*at)
                return true;
        } else if (at == list) {
            return false;
        } else {
            at[-1] = '\0';
            return true;
        }
    }
    return true;
}

/* A program on the way here may have put libraries of its own before the agent. */
static void env_scrub(void)
{
    char **preload = env_entry(PMT_ENV_PRELOAD);
    Dl_info self;

    if (preload && dladdr((void *)&pmt_py, &self) && self.dli_fname &&
        !drop_word(*preload + sizeof PMT_ENV_PRELOAD, self.dli_fname))
        env_remove(PMT_ENV_PRELOAD);
    env_remove(PMT_ENV_SOCKET);
}

/* PYTHONMALLOC=pymalloc names the allocator that is there anyway, but reading it
 * makes the interpreter set all allocators anew, over our hooks: so it does not see
 * it. The program does, in os.environ, which is made later. */
static char *hidden; /* its entry, the first letter changed */

static void env_hide(const char *name)
{
    char **e = env_entry(name);

    hidden = e ? *e : NULL;
    if (hidden)
        hidden[0] = '-';
}

void environment_restore(void)
{
    if (hidden)
        hidden[0] = 'P';
    hidden = NULL;
}

/* -- refusals -- */

static unsigned number(const char **at)
{
    unsigned n = 0;

    while (**at >= '0' && **at <= '9' && n < 1000)
        n = n * 10 + (unsigned)(*(*at)++ - '0');
    return n;
}

/* "3.11.2 (main, ..." -> 0x030b02f0 */
static uint32_t hex_version(const char *text)
{
    unsigned part[3] = {0, 0, 0};

    for (int i = 0; i < 3; i++) {
        part[i] = number(&text);
        if (*text == '.')
            text++;
    }
    return part[0] << 24 | part[1] << 16 | part[2] << 8 | 0xf0;
}

/* What the command line of a python says before its script: -X dev, and -E or -I,
 * which make it ignore the environment. */
struct py_options {
    bool dev, ignore_env;
    bool program; /* it is to run one */
};

static struct py_options read_options(int argc, char **argv)
{
    struct py_options o = {false, false, false};
    int i;

    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (argv[i][1] == '-') {
            i += !strcmp(argv[i], "--check-hash-based-pycs");
            continue;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            const char *value = c[1] ? c + 1 : i + 1 < argc ? argv[i + 1] : "";

            if (*c == 'E' || *c == 'I')
                o.ignore_env = true;
            if (*c == 'c' || *c == 'm') {
                o.program = true;
                return o;
            }
            if (*c != 'X' && *c != 'W')
                continue;
            if (*c == 'X' && (!strcmp(value, "dev") || !strncmp(value, "dev=", 4)))
                o.dev = true;
            i += c[1] ? 0 : 1;
            break;
        }
    }
    o.program = i < argc && strcmp(argv[i], "-");
    return o;
}

static bool is_pymalloc(const char *value)
{
    return !*value || !strcmp(value, "pymalloc") || !strcmp(value, "default");
}

static const char *env_value(const char *name, const struct py_options *o)
{
    char **e = o->ignore_env ? NULL : env_entry(name);

    return e ? *e + strlen(name) + 1 : "";
}

static bool same_allocator(void)
{
    struct py_allocator raw, obj;

    pmt_py.get_allocator(DOMAIN_RAW, &raw);
    pmt_py.get_allocator(DOMAIN_OBJ, &obj);
    return raw.malloc == obj.malloc;
}

static const char *refusal(const struct pmt_hello *hello, const struct py_options *o)
{
    if (strstr(hello->build, "free-threading") || strstr(hello->build, "free-threaded"))
        return "a free-threaded build has no pymalloc: use the default build";
    if (hello->hex_version < 0x03080000 || hello->hex_version >= 0x030e0000)
        return "only 3.8 to 3.13 can be";
    if (!pmt_py.set_allocator || !pmt_py.get_allocator || !pmt_py.get_arena)
        return "it does not export its allocators";
    if (dlsym(RTLD_DEFAULT, "_Py_NegativeRefcount"))
        return "the blocks of a debug build are not those of a release build: use one "
               "of those";
    if (o->dev || (*env_value("PYTHONDEVMODE", o) && !o->dev))
        return "-X dev or PYTHONDEVMODE replaces the allocator: record without it";
    if (!is_pymalloc(hello->malloc_env))
        return "PYTHONMALLOC sets another allocator: record without it";
    if (same_allocator())
        return "it was built without pymalloc";
    return NULL;
}

/* -- handshake -- */

static void copy_text(char *to, size_t size, const char *from)
{
    size_t n = strlen(from);

    n = n < size ? n : size - 1;
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] == '\n' ? ' ' : from[i];
    to[n] = '\0';
}

/* The recorder of a forked child listens as soon as it has drained the parent's
 * records up to the fork: until then nobody answers. */
static int dial(const char *address, unsigned patience_ms)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct timespec ms = {0, 1000000};
    size_t n = strlen(address);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0 || n > sizeof at.sun_path - 1)
        return fd;
    memcpy(at.sun_path + 1, address, n);
    while (connect(fd, (struct sockaddr *)&at,
                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n))) {
        if (!patience_ms--) {
            close(fd);
            return -1;
        }
        nanosleep(&ms, NULL);
    }
    return fd;
}

/* The answer, and the descriptor that came with it (or -1). */
static bool take_ack(int fd, struct pmt_ack *ack, int *shm_fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec iov = {ack, sizeof *ack};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof control.bytes};
    struct cmsghdr *c;
    ssize_t n;

    *shm_fd = -1;
    do
        n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    c = n >= 0 ? CMSG_FIRSTHDR(&msg) : NULL;
    if (c && c->cmsg_type == SCM_RIGHTS)
        memcpy(shm_fd, CMSG_DATA(c), sizeof *shm_fd);
    return n == (ssize_t)sizeof *ack && ack->magic == PMT_WIRE_MAGIC &&
           ack->version == PMT_WIRE_VERSION;
}

static struct pmt_shm *map_shm(int fd)
{
    struct pmt_shm *shm = mmap(NULL, sizeof *shm, PROT_READ | PROT_WRITE,
                               MAP_SHARED, fd, 0);

    if (shm == MAP_FAILED)
        return NULL;
    if (shm->magic != PMT_WIRE_MAGIC || shm->version != PMT_WIRE_VERSION) {
        munmap(shm, sizeof *shm);
        return NULL;
    }
    (void)madvise(shm, sizeof *shm, MADV_DONTFORK);
    return shm;
}

bool handshake(const char *address, struct pmt_hello *hello)
{
    struct pmt_ack ack;
    struct pmt_shm *shm = NULL;
    int shm_fd = -1;
    int fd = dial(address, hello->kind == PMT_HELLO_FORK ? FORK_PATIENCE_MS : 0);

    if (fd < 0)
        return false;
    hello->magic = PMT_WIRE_MAGIC;
    hello->version = PMT_WIRE_VERSION;
    hello->pid = getpid();
    hello->ppid = getppid();
    if (send(fd, hello, sizeof *hello, MSG_NOSIGNAL) == (ssize_t)sizeof *hello &&
        take_ack(fd, &ack, &shm_fd)) {
        if (ack.action == PMT_ACK_DIE)
            _exit(127);
        if (ack.action == PMT_ACK_RECORD && shm_fd >= 0)
            shm = map_shm(shm_fd);
    }
    if (shm_fd >= 0)
        close(shm_fd);
    close(fd);
    return shm && hot_begin(shm, &ack);
}

/* A page that reads as zeros in every child made by fork. */
static bool hot_page(void)
{
    void *page = &pmt_hot;

    _Static_assert(sizeof pmt_hot == HOT_PAGE, "the hot state is one page");
    if (HOT_PAGE % sysconf(_SC_PAGESIZE) || (uintptr_t)page % (uintptr_t)sysconf(_SC_PAGESIZE))
        return false;
    page = mmap(page, HOT_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                0);
    return page != MAP_FAILED && !madvise(page, HOT_PAGE, MADV_WIPEONFORK);
}

static void fill_hello(struct pmt_hello *hello, const struct py_options *o)
{
    const char *why;

    copy_text(hello->build, sizeof hello->build, pmt_py.get_version());
    copy_text(hello->python, sizeof hello->python, hello->build);
    hello->python[strcspn(hello->python, " +")] = '\0';
    hello->hex_version = pmt_hex_version = hex_version(hello->build);
    copy_text(hello->hash_seed, sizeof hello->hash_seed, env_value("PYTHONHASHSEED", o));
    copy_text(hello->malloc_env, sizeof hello->malloc_env, env_value("PYTHONMALLOC", o));
    why = refusal(hello, o);
    copy_text(hello->refusal, sizeof hello->refusal, why ? why : "");
}

__attribute__((constructor)) static void start(int argc, char **argv)
{
    struct pmt_hello hello = {.kind = PMT_HELLO_START};
    char **socket_entry = env_entry(PMT_ENV_SOCKET);
    struct py_options options;
    char address[64];
    bool recording;

    if (!socket_entry)
        return;
    find_python();
    if (!pmt_py.get_version || !pmt_py.is_initialized)
        return;
    options = read_options(argc, argv);
    fill_hello(&hello, &options);
    copy_text(address, sizeof address, *socket_entry + sizeof PMT_ENV_SOCKET);
    recording = hot_page() && oracle_open() && collector_open() &&
                handshake(address, &hello);
    if (!recording || !HOT.follow)
        env_scrub();
    if (!recording)
        return;
    if (*hello.malloc_env)
        env_hide("PYTHONMALLOC");
    HOT.pid = getpid();
    main_expect(options.program);
    hooks_install();
    children_watch();
}

__attribute__((destructor)) static void finish(void)
{
    if (HOT.on && HOT.pid == getpid())
        ring_put_note(PMT_W_END, UINT64_MAX);
}
