/* format.h - the constants of the file format, for src/trace and its tests.
 * The format itself is told in pymemtrace-trace(5); a change here is a change
 * there and in tests/tools/pmt_decode.py.
 *
 *     file header | HEAD | { EVTS | ORCL | ancillary }* | indx | ENDS | tail
 *
 * All numbers are little-endian. A chunk is a fixed header and packed data. */
#ifndef PMT_TRACE_FORMAT_H
#define PMT_TRACE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#define PMT_FORMAT_MAJOR 1u /* changed: older readers cannot read it at all */
#define PMT_FORMAT_MINOR 4u /* changed: they can, until they meet what is new */

/* As in PNG: a byte that is not text, a line end of each kind and an end-of-file
 * character, so that every damage by a text-mode copy is seen at once. */
#define PMT_MAGIC       "\x89PMT\r\n\x1a\n"
#define PMT_MAGIC_BYTES 8u
#define PMT_SYNC        0xA55A43FBu /* first field of every chunk */
#define PMT_TAIL_MAGIC  0x45544D50u /* "PMTE", the last field of a finished file */

#define PMT_FILE_HEADER_BYTES  16u
#define PMT_CHUNK_HEADER_BYTES 36u
#define PMT_TAIL_BYTES         16u

#define PMT_FOURCC(a, b, c, d)                                                 \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define PMT_KIND_FACTS  PMT_FOURCC('H', 'E', 'A', 'D')
#define PMT_KIND_EVENTS PMT_FOURCC('E', 'V', 'T', 'S')
#define PMT_KIND_ORACLE PMT_FOURCC('O', 'R', 'C', 'L')
#define PMT_KIND_TYPES  PMT_FOURCC('t', 'y', 'p', 'e')
#define PMT_KIND_INDEX  PMT_FOURCC('i', 'n', 'd', 'x')
#define PMT_KIND_END    PMT_FOURCC('E', 'N', 'D', 'S')

/* Caps: nothing a file says makes a reader allocate or inflate more. */
#define PMT_RAW_MAX       (8u << 20)             /* bytes of a chunk, unpacked */
#define PMT_PACKED_MAX    (PMT_RAW_MAX + 65536u) /* and packed */
#define PMT_FACTS_MAX     (1u << 20)             /* bytes of one facts chunk */
#define PMT_N_FACTS_MAX   1024u                  /* facts of one trace */
#define PMT_FACT_NAME_MAX 64u                    /* bytes of a name */
#define PMT_WHEN_MAX      31u                    /* bytes of an oracle's `when` */
#define PMT_ORACLE_MAX    (1u << 20)             /* bytes of its text */
#define PMT_TYPE_NAME_MAX 255u                   /* bytes of a type's name */
#define PMT_TYPES_CHUNK   65536u                 /* bytes of types gathered at most */
#define PMT_TYPES_MAX     (1u << 22)             /* types of one trace */
#define PMT_SLOTS_MAX     (1u << 30)             /* blocks live at once */
#define PMT_AGE_MAX       65535u                 /* an age is below n_events */
#define PMT_ENTRIES_MAX   256u                   /* of a chunk's dictionary */

/* How a dictionary entry names the block of its event: by its age, the number of
 * births since its own; or by the step from the index in the list of births of the
 * block that was last named by a step (slots.c) ... */
enum pmt_ref {
    PMT_REF_NONE = 0,  /* op has no slot, or takes a new one */
    PMT_REF_AGE = 1,   /* the entry holds the age */
    PMT_REF_AGES = 2,  /* the next of the ages column */
    PMT_REF_STEP = 3,  /* the entry holds the step */
    PMT_REF_STEPS = 4, /* the next of the steps column */
    PMT_REF_MASK = 7
};
/* ... and where its operand is: in the entry, or in the args column. */
#define PMT_FORM_ARGS 8u
#define PMT_FORM_MASK 15u

/* Steps are signed; in the file they alternate: 0, -1, 1, -2, 2 ... Indexes are
 * 32 bits and steps wrap, so every step has one such number. */
static inline uint32_t pmt_zigzag(uint32_t step)
{
    return step << 1 ^ (uint32_t)-(int32_t)(step >> 31);
}

static inline uint32_t pmt_unzigzag(uint32_t v)
{
    return v >> 1 ^ (uint32_t)-(int32_t)(v & 1);
}

/* What event.def says about an op, for the codecs. */
enum pmt_slot_use { PMT_SLOT_NONE, PMT_SLOT_NEW, PMT_SLOT_USE, PMT_SLOT_END };

struct pmt_op_form {
    bool known;             /* the op exists */
    bool has_arg;           /* false: its arg is always 0 */
    uint8_t n_wide;         /* further operands */
    enum pmt_slot_use slot; /* column `slot` of event.def */
};

extern const struct pmt_op_form pmt_op_forms[256];

#endif
