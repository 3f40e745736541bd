/* channel.h - how agents find the recorder: an abstract socket, one hello and one
 * ack (agent/wire.h); and the shared memory that the ack hands over. For src/record.
 */
#ifndef PMT_RECORD_CHANNEL_H
#define PMT_RECORD_CHANNEL_H

#include <stdbool.h>

#include <pymemtrace/status.h>
#include "agent/wire.h"

/* A name that no other recorder uses. */
void pmt_channel_name(char address[64]);

/* A listening socket under this name. *fd is the caller's. */
enum pmt_status pmt_channel_listen(int *fd, const char *address, struct pmt_error *err);

/* The next agent that says hello, without waiting: its connection (the caller
 * answers with pmt_channel_ack()), or -1 when there is none or it was no agent of
 * this user and version. */
int pmt_channel_accept(int listen_fd, struct pmt_hello *hello);

/* Answer (magic and version are filled in) and close the connection. shm_fd is passed
 * along unless -1. */
void pmt_channel_ack(int fd, struct pmt_ack ack, int shm_fd);

/* Shared memory for one session, with its mutex held by the calling thread. *shm is
 * mapped, *fd open; the caller's both. */
enum pmt_status pmt_channel_shm(struct pmt_shm **shm, int *fd, struct pmt_error *err);

#endif
