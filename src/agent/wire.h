/*
 * wire.h - what passes between the agent in the target and the recorder. For
 * src/agent and src/record only.
 *
 * The recorder makes one shared memory per recorded process. The agent appends
 * fixed-size records, the recorder drains them; nothing else is shared.
 *
 *     struct pmt_shm | main ring (16-byte records) | raw ring (32-byte records)
 *
 * Main ring: everything that happens under the GIL (the mem and obj domains,
 * arenas, forks, checkpoints). One producer at a time, so appending is two plain
 * stores and one release store of `head`. Raw ring: the raw domain, which any
 * thread may use without the GIL, and the process's end; a spin lock of the agent's orders its producers,
 * and each record carries the main head at its time, by which the recorder merges.
 *
 * Why the merge is right: let X happen before Y (a block freed in one ring, its
 * address allocated in the other). If X is in the raw ring, it was published before
 * the allocator gave the address out again, so a recorder that reads the main head
 * first and the raw head second and has seen Y has seen X too; and X's position is
 * not above Y's. If X is in the main ring, Y's position is above X's.
 *
 * A record is committed once `head` passes it: a target killed at any moment loses
 * nothing that was committed.
 */
#ifndef PMT_AGENT_WIRE_H
#define PMT_AGENT_WIRE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define PMT_WIRE_MAGIC   0x544d5031u /* "1PMT" */
#define PMT_WIRE_VERSION 1u

#define PMT_ENV_SOCKET  "PYMEMTRACE_SOCKET" /* abstract socket name */
#define PMT_ENV_PRELOAD "LD_PRELOAD"

/* Records: the op in the top byte of `a`, an address or a number below it, in 54 bits. */
enum pmt_wire_op {
    PMT_W_ALLOC_RAW = 1, /* address; b: size */
    PMT_W_ALLOC_MEM,
    PMT_W_ALLOC_OBJ,
    PMT_W_FREE,          /* address */
    PMT_W_RESIZE,        /* old address; b: the ALLOC op of the domain. Written
                            before the call; RESIZED follows in the same ring
                            (raw: of the same thread) */
    PMT_W_RESIZED,       /* new address, 0 = failed; b: size */
    PMT_W_ARENA_NEW,     /* base; b: bytes */
    PMT_W_ARENA_FREE,    /* base; b: bytes */
    PMT_W_STACK_NEW,     /* base; b: bytes */
    PMT_W_STACK_FREE,    /* base; b: bytes */
    PMT_W_THREAD,        /* b: thread pointer: the following are this thread's */
    PMT_W_CLOCK,         /* b: CLOCK_MONOTONIC ns */
    PMT_W_FORK,          /* serial */
    PMT_W_ORACLE,        /* enum pmt_when << 32 | bytes of text; b: blocks; the
                            text follows in ceil(bytes / 16) records, which
                            are committed together with this one */
    PMT_W_TROUBLE,       /* trouble code; b: how often */
    PMT_W_MAIN,          /* the program's own code begins */
    PMT_W_HELD,          /* 1: from here on the program is within one call into C, 0: no more;
                            | address of the block that is about to be freed, which has lowered
                            the count, 0 = none; b: count as in FREE */
    PMT_W_GC_SET,        /* enabled << 32 | threshold 0; b: threshold 2 << 32 | 1 */
    PMT_W_GC_UNTRACKED,  /* address of an object that the last collection left untracked */
    PMT_W_GC_LAST,       /* 1: the last block is a collector object, 0: it is not */
    PMT_W_GC_FREEZE,     /* 1: gc.freeze(), 0: gc.unfreeze() */
    PMT_W_GC_BEGIN,      /* generation, 3 = see its end, + 4 if not for its thresholds;
                            b: CLOCK_MONOTONIC ns, 0 = not known */
    PMT_W_GC_END,        /* generation; b: as above; then FIGURES of DATA, committed
                            together with it: collected, uncollectable, long_lived_total,
                            long_lived_pending, ns spared (spared.c) or NOT_KNOWN */
    PMT_W_DATA,          /* b: belongs to the record before */
    PMT_W_LOOK,          /* generation: this one and the younger were looked at;
                            b: references between their objects; GARBAGE follows */
    PMT_W_COUNTS,        /* reference counts were read, to see which have changed */
    PMT_W_TOUCHED,       /* readings ago, 0 = since the last: then one of the group that
                            follows was last touched, or sooner; b: ... or later, a number
                            past all readings = not known */
    PMT_W_GARBAGE,       /* address of an unreachable object; b: its type, | FIRST if
                            it holds those that follow */
    PMT_W_BELONGS,       /* address of another block that dies with the object told last;
                            b: its type, 0 = it is no object */
    PMT_W_ATOMIC,        /* address of the object told last: a tuple of what the collector does
                            not have; once for each generation in which it is tracked */
    PMT_W_REFERS,        /* address of garbage that the object told last refers to; b: that
                            of one more, 0 = none */
    PMT_W_KEEPS,         /* address of a reachable object that the object told last refers to; b: as
                            above */
    PMT_W_HOLDS,         /* address of a block that goes with the object that KEEPS or SHARES named
                            last; b: as above */
    PMT_W_SHARES,        /* address of an object that the one that KEEPS named last refers to, as
                            others do */
    PMT_W_COLLECTED,     /* address of an object that an unlooked collection frees; b: its type */
    PMT_W_ALIVE,         /* address of an object that is alive at the end; b: its type */
    PMT_W_TYPE,          /* bytes of its name; b: its address. A record follows with its
                            basic size and item size, then the name in
                            ceil(bytes / 16) records */
    PMT_W_OBJECT,        /* address of a block from PyObject_Malloc; b: its type */
    PMT_W_KIND,          /* number, from 1 on, that a type has in KIND_SHIFT; b: the type */
    PMT_W_TABLE,         /* b: the type that stands for tables of dicts: the next ALLOC_MEM or
                            ALLOC_OBJ is of one */
    PMT_W_LIST,          /* number of a free list << LIST_SHIFT; b: its type. DATA follow: bytes
                            of its blocks; 1: the collector counts them */
    PMT_W_SHELVED,       /* ... | address of a block: the object in it died, the list has it;
                            b: count as in FREE; of a list that the collector does not count it
                            may be lowered for what is being freed */
    PMT_W_REUSED,        /* ... | address: the list gave it for another object; b: count */
    PMT_W_EXEC,          /* raw ring: the process is about to exec */
    PMT_W_EXEC_FAILED,   /* raw ring: ... and it came back */
    PMT_W_END            /* raw ring; b: exit status, or UINT64_MAX: not known */
};

enum pmt_when { PMT_WHEN_PERIODIC, PMT_WHEN_END, PMT_WHEN_EXIT, PMT_WHEN_REQUEST,
                PMT_WHEN_MARK /* the text is the program's own */ };

/* In b of ALLOC_MEM, ALLOC_OBJ, RESIZE (beside its op) and FREE: the low bits of the collector's
 * count 0 at the entry of the call, above the size. */
#define PMT_W_COUNT_SHIFT 40
#define PMT_W_COUNT_MAX   (((uint64_t)1 << (64 - PMT_W_COUNT_SHIFT)) - 1)

/* In a of any record: the object that the last ALLOC_OBJ is for is the collector's, and of the
 * type of this number; 0: nothing is said of it. */
#define PMT_W_KIND_SHIFT 54
#define PMT_W_KINDS      4u

#define PMT_W_LIST_SHIFT 48
#define PMT_W_LIST_MASK  (((uint64_t)1 << PMT_W_LIST_SHIFT) - 1)

#define PMT_W_FIGURES   5u
#define PMT_W_NOT_KNOWN UINT64_MAX

#define PMT_W_FIRST ((uint64_t)1 << 63)

#define PMT_W_OP_SHIFT 56
#define PMT_W_MASK     (((uint64_t)1 << PMT_W_KIND_SHIFT) - 1)

struct pmt_wire_rec {
    uint64_t a; /* op << 56 | kind << 54 | address or number */
    uint64_t b; /* see enum pmt_wire_op */
};

struct pmt_wire_raw {
    uint64_t a;
    uint64_t b;
    uint64_t pos;    /* main head when this was written */
    uint64_t thread; /* thread pointer */
};

#define PMT_RING_RECORDS ((uint64_t)1 << 16) /* main ring, 1 MiB: it stays in the caches */
#define PMT_RAW_RECORDS  ((uint64_t)1 << 14) /* raw ring, 512 KiB */

#define PMT_LINE 64 /* cache line: what each side writes stays apart */

struct pmt_shm {
    uint32_t magic, version;
    pthread_mutex_t recorder; /* robust; held by the recorder while it lives */
    _Alignas(PMT_LINE) _Atomic uint64_t head;     /* main records written */
    _Alignas(PMT_LINE) _Atomic uint64_t tail;     /* main records drained */
    _Alignas(PMT_LINE) _Atomic uint64_t raw_head; /* raw records written */
    _Alignas(PMT_LINE) _Atomic uint64_t raw_tail; /* raw records drained */
    _Alignas(PMT_LINE) _Atomic uint32_t children; /* processes started */
    _Atomic uint64_t failed_allocs;               /* allocations that gave NULL */
    _Alignas(4096) struct pmt_wire_rec ring[PMT_RING_RECORDS];
    struct pmt_wire_raw raw[PMT_RAW_RECORDS];
};

/* The handshake, over an abstract SOCK_SEQPACKET socket: one hello, one ack. The
 * ack carries the descriptor of the shared memory where action is RECORD. */
enum pmt_hello_kind { PMT_HELLO_START, PMT_HELLO_FORK };

struct pmt_hello {
    uint32_t magic, version;
    uint32_t kind;        /* enum pmt_hello_kind */
    uint32_t serial;      /* FORK: which fork of the parent */
    int32_t pid, ppid;
    uint32_t hex_version; /* 0x030b02f0 as PY_VERSION_HEX, release digits only */
    char python[32];      /* "3.11.2" */
    char build[160];      /* Py_GetVersion() */
    char hash_seed[32];   /* PYTHONHASHSEED, "" = unset */
    char malloc_env[32];  /* PYTHONMALLOC, "" = unset */
    char refusal[160];    /* "" or why this interpreter cannot be recorded */
};

/* Which objects are told, with their type, as they are made. */
enum pmt_objects {
    PMT_OBJECTS_NONE,
    PMT_OBJECTS_LISTED, /* those whose type has a free list of collector objects; its lists too */
    PMT_OBJECTS_ALL     /* ... and the list of floats is kept empty */
};

enum pmt_ack_action { PMT_ACK_IGNORE, PMT_ACK_RECORD, PMT_ACK_DIE };

struct pmt_ack {
    uint32_t magic, version;
    uint32_t action;      /* enum pmt_ack_action */
    uint32_t blocks_only; /* the collector is not watched */
    uint32_t objects;     /* enum pmt_objects */
    uint32_t look_every;  /* records between looks at all objects, 0 = as is cheap */
    uint32_t follow;      /* forked and started processes are wanted as well */
    char address[64];     /* where a fork of this process says hello */
};

#endif
