/*
 * type.c - telling the recorder of a type, before something of it is told: its sizes and
 * its name. Which were told is kept in a small table, so one may be told again.
 */
#include "agent/agent.h"

#include <string.h>
#include "agent/object.h"

#define NAME_MOST 255u

/* By place; a name tells a type from another at its address. */
static struct { uintptr_t type, name; } told[1024];

void type_tell(uintptr_t type)
{
    size_t i = (type >> 4) % (sizeof told / sizeof *told), n;
    const char *name = (const char *)get(type, TP_NAME);
    uint64_t more;

    if (told[i].type == type && told[i].name == (uintptr_t)name)
        return;
    n = strnlen(name, NAME_MOST);
    more = 1 + (n + sizeof(struct pmt_wire_rec) - 1) / sizeof(struct pmt_wire_rec);
    if (!ring_room(1 + more + RESERVE))
        return;
    told[i].type = type;
    told[i].name = (uintptr_t)name;
    ring_put_text(PMT_W_TYPE, n, type, (struct pmt_wire_rec){get(type, TP_BASIC_SIZE),
                                                             get(type, TP_ITEM_SIZE)}, name);
}
