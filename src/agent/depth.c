/*
 * depth.c - deaths within deaths within deaths.
 *
 * When the last reference to a container goes, what it holds may die within its death, and so
 * on: a long chain would use up the stack. So at some depth the interpreter puts objects
 * aside ("trashcan"), to let them die when the first death is done. It does that in the types'
 * own functions, and only if a type's tp_dealloc is that function; where ours stands there
 * (free_list.c), ours has to do it, at the same depth: else things would die in another order.
 *
 *     3.8           a count in the thread's state, by macros
 *     3.9 ... 3.12  _PyTrash_begin(), _PyTrash_end()
 *     3.13          the thread's count of C recursion; what was put aside is seen to by
 *                   the type's own function
 *
 * Include/cpython/object.h (Py_TRASHCAN_BEGIN), Include/cpython/pystate.h of each.
 */
#include "agent/agent.h"

#include <dlfcn.h>
#include "agent/object.h"

#define NESTING_MOST   50  /* 3.8: PyTrash_UNWIND_LEVEL */
#define NESTING        184 /* of PyThreadState: trash_delete_nesting */
#define DELETE_LATER   192 /* trash_delete_later */
#define RECURSION_LEFT 52  /* 3.13: c_recursion_remaining */
#define HEADROOM       50  /* Py_TRASHCAN_HEADROOM */

static struct {
    void (*untrack)(void *object);
    void *(*thread)(void);
    bool (*put_aside)(void *thread, void *object);
    void (*leave)(void *thread); /* NULL: nothing to do */
    int (*begin)(void *thread, void *object);
    void (*end)(void *thread);
    void (*deposit_3_8)(void *object);
    void (*destroy)(void);
    void (*deposit)(void *thread, void *object);
} way;

static int32_t *counter(void *thread, size_t at)
{
    return (int32_t *)(void *)((char *)thread + at);
}

static bool put_aside_3_8(void *thread, void *object)
{
    if (*counter(thread, NESTING) < NESTING_MOST) {
        ++*counter(thread, NESTING);
        return false;
    }
    way.deposit_3_8(object);
    return true;
}

static void leave_3_8(void *thread)
{
    if (--*counter(thread, NESTING) <= 0 && get((uintptr_t)thread, DELETE_LATER))
        way.destroy();
}

static bool put_aside_3_9(void *thread, void *object)
{
    return way.begin(thread, object);
}

static void leave_3_9(void *thread)
{
    way.end(thread);
}

static bool put_aside_3_13(void *thread, void *object)
{
    if (*counter(thread, RECURSION_LEFT) > HEADROOM)
        return false;
    way.deposit(thread, object);
    return true;
}

static uintptr_t find(const char *name)
{
    return (uintptr_t)dlsym(RTLD_DEFAULT, name);
}

bool depth_open(void)
{
    bool found;

    way.untrack = (void (*)(void *))find("PyObject_GC_UnTrack");
    way.thread = (void *(*)(void))find(pmt_hex_version < 0x030d0000 ? "_PyThreadState_UncheckedGet"
                                                                    : "PyThreadState_GetUnchecked");
    if (pmt_hex_version < 0x03090000) {
        way.deposit_3_8 = (void (*)(void *))find("_PyTrash_thread_deposit_object");
        way.destroy = (void (*)(void))find("_PyTrash_thread_destroy_chain");
        way.put_aside = put_aside_3_8;
        way.leave = leave_3_8;
        found = way.deposit_3_8 && way.destroy;
    } else if (pmt_hex_version < 0x030d0000) {
        way.begin = (int (*)(void *, void *))find("_PyTrash_begin");
        way.end = (void (*)(void *))find("_PyTrash_end");
        way.put_aside = put_aside_3_9;
        way.leave = leave_3_9;
        found = way.begin && way.end;
    } else {
        way.deposit = (void (*)(void *, void *))find("_PyTrash_thread_deposit_object");
        way.put_aside = put_aside_3_13;
        found = way.deposit != NULL;
    }
    (void)dlerror();
    return found && way.untrack && way.thread;
}

enum depth depth_enter(void *object)
{
    way.untrack(object);
    if (way.put_aside(way.thread(), object))
        return DEPTH_ASIDE;
    return way.leave ? DEPTH_LEAVE : DEPTH_NOTHING;
}

void depth_leave(void)
{
    way.leave(way.thread());
}
