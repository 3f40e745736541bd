/*
 * list_hits.c - objects made from free lists, counted by the interpreter's own tracer: to
 * hold the model against (objects.py). A library to be preloaded into CPython 3.13+.
 *
 * PyRefTracer tells each object that comes into being. If PyObject_Malloc was called for it,
 * its block was the last one given; if not, it came from a free list. So neither the
 * lists nor the agent nor the model is asked. Printed at exit, on standard error:
 *
 *     list_hits TYPE ITEMS made hits
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN_OBJ 2
#define ITEMS_MOST 20u
#define TYPE_AT    8
#define SIZE_AT    16
#define NAME_AT    24

struct py_allocator {
    void *ctx;
    void *(*malloc)(void *ctx, size_t size);
    void *(*calloc)(void *ctx, size_t nelem, size_t elsize);
    void *(*realloc)(void *ctx, void *ptr, size_t new_size);
    void (*free)(void *ctx, void *ptr);
};

typedef int tracer(void *object, int event, void *data);

static struct py_allocator original;
static uintptr_t last; /* block that PyObject_Malloc gave last, and no object yet */
static int (*is_initialized)(void);
static int (*set_tracer)(tracer *, void *);

static struct count { const char *type; const void *at; uint64_t made[ITEMS_MOST + 1], hits[ITEMS_MOST + 1]; }
    counts[] = {{.type = "list"}, {.type = "dict"}, {.type = "tuple"}, {.type = "float"}};

#define N_TYPES (sizeof counts / sizeof *counts)

static uintptr_t word(const void *object, size_t at)
{
    uintptr_t w;

    memcpy(&w, (const char *)object + at, sizeof w);
    return w;
}

static int on_event(void *object, int event, void *data)
{
    uintptr_t at = (uintptr_t)object, block = last;
    bool made = block && at >= block && at - block <= 32;

    (void)data;
    if (event != 0) /* PyRefTracer_CREATE */
        return 0;
    last = 0;
    for (size_t i = 0; i < N_TYPES; i++) {
        uintptr_t items = i == 2 ? word(object, SIZE_AT) : 0;

        if (word(object, TYPE_AT) != (uintptr_t)counts[i].at || items > ITEMS_MOST)
            continue;
        counts[i].made[items]++;
        counts[i].hits[items] += !made;
    }
    return 0;
}

/* The tracer needs an interpreter that is up: the first allocation behind that. */
static void begin(void)
{
    static bool begun;

    if (!begun && is_initialized()) {
        begun = true;
        (void)set_tracer(on_event, NULL);
    }
}

static void *hook_malloc(void *ctx, size_t size)
{
    begin();
    last = (uintptr_t)original.malloc(ctx, size);
    return (void *)last;
}

static void *hook_calloc(void *ctx, size_t n, size_t each)
{
    begin();
    last = (uintptr_t)original.calloc(ctx, n, each);
    return (void *)last;
}

static void *hook_realloc(void *ctx, void *p, size_t size)
{
    return original.realloc(ctx, p, size);
}

static void hook_free(void *ctx, void *p)
{
    original.free(ctx, p);
}

static uintptr_t find(const char *name)
{
    return (uintptr_t)dlsym(RTLD_DEFAULT, name);
}

__attribute__((constructor)) static void start(void)
{
    static const char *const names[N_TYPES] = {"PyList_Type", "PyDict_Type", "PyTuple_Type", "PyFloat_Type"};
    void (*get)(int, struct py_allocator *) =
        (void (*)(int, struct py_allocator *))find("PyMem_GetAllocator");
    void (*set)(int, struct py_allocator *) =
        (void (*)(int, struct py_allocator *))find("PyMem_SetAllocator");
    struct py_allocator ours;

    set_tracer = (int (*)(tracer *, void *))find("PyRefTracer_SetTracer");
    is_initialized = (int (*)(void))find("Py_IsInitialized");
    if (!set_tracer || !is_initialized || !get || !set)
        return;
    for (size_t i = 0; i < N_TYPES; i++)
        counts[i].at = dlsym(RTLD_DEFAULT, names[i]);
    get(DOMAIN_OBJ, &original);
    ours = (struct py_allocator){original.ctx, hook_malloc, hook_calloc, hook_realloc, hook_free};
    set(DOMAIN_OBJ, &ours);
}

__attribute__((destructor)) static void finish(void)
{
    for (size_t i = 0; set_tracer && i < N_TYPES; i++)
        for (size_t n = 0; n <= ITEMS_MOST; n++)
            if (counts[i].made[n])
                (void)fprintf(stderr, "list_hits %s %zu %llu %llu\n", counts[i].type, n,
                              (unsigned long long)counts[i].made[n],
                              (unsigned long long)counts[i].hits[n]);
}
