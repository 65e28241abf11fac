/* An echo of WebSocket messages that does nothing else, in one process per worker: far above any client in Python.
 *
 *     cc -O2 -o echo echo.c && ./echo PORT [WORKERS]
 *
 * Listens on 127.0.0.1, answers every frame with its payload, a ping by a pong, and closes on a close frame. Frames have to fit
 * into its buffer of 64 KiB. Ends on SIGTERM, its workers with it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 16, EVENTS = 256 };

struct connection {
    int socket, is_open;
    size_t length;
    uint8_t bytes[ROOM];
};

static uint32_t turned(uint32_t value, int by) { return value << by | value >> (32 - by); }

/* SHA-1 of less than 120 bytes (FIPS 180-4). */
static void sha1(const uint8_t *message, size_t length, uint8_t digest[20]) {
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    uint8_t padded[128] = {0};
    size_t blocks = (length + 9 + 63) / 64;
    memcpy(padded, message, length);
    padded[length] = 0x80;
    for (int i = 0; i < 8; i++) padded[64 * blocks - 1 - i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
    for (size_t block = 0; block < blocks; block++) {
        uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 16; i++) {
            const uint8_t *at = padded + 64 * block + 4 * i;
            w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        }
        for (int i = 16; i < 80; i++) w[i] = turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20   ? (b & c) | (~b & d)
                         : i < 40 ? b ^ c ^ d
                         : i < 60 ? (b & c) | (b & d) | (c & d)
                                  : b ^ c ^ d;
            uint32_t k = i < 20 ? 0x5A827999 : i < 40 ? 0x6ED9EBA1 : i < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
            uint32_t next = turned(a, 5) + f + e + k + w[i];
            e = d, d = c, c = turned(b, 30), b = a, a = next;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const uint8_t digest[20], char text[29]) {
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t padded[21] = {0};
    memcpy(padded, digest, 20);
    for (int i = 0; i < 7; i++) {
        uint32_t three = (uint32_t)padded[3 * i] << 16 | (uint32_t)padded[3 * i + 1] << 8 | padded[3 * i + 2];
        for (int j = 0; j < 4; j++) text[4 * i + j] = signs[three >> (18 - 6 * j) & 63];
    }
    text[27] = '=', text[28] = 0;
}

static int sent(int socket, const uint8_t *bytes, size_t length) {
    while (length) {
        ssize_t count = send(socket, bytes, length, MSG_NOSIGNAL);
        if (count <= 0) return 0;
        bytes += count, length -= (size_t)count;
    }
    return 1;
}

/* Returns how many bytes of the request were used up, 0 if it is not whole, -1 if it can't be answered. */
static ssize_t shaken(struct connection *one) {
    static const char name[] = "\r\nsec-websocket-key:", guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t *end = memmem(one->bytes, one->length, "\r\n\r\n", 4), digest[20];
    char key[64] = {0}, accepted[29], answer[256];
    if (!end) return one->length == ROOM ? -1 : 0;
    *end = 0;
    char *found = strcasestr((char *)one->bytes, name);
    if (!found || sscanf(found + sizeof name - 1, " %24s", key) != 1) return -1;
    strcat(key, guid);
    sha1((uint8_t *)key, strlen(key), digest);
    base64(digest, accepted);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n", accepted);
    one->is_open = 1;
    return sent(one->socket, (uint8_t *)answer, (size_t)length) ? end + 4 - one->bytes : -1;
}

/* Answers the whole frames in the buffer, all at once; returns as `shaken`. */
static ssize_t echoed(struct connection *one) {
    static uint8_t answers[2 * ROOM];
    size_t at = 0, to = 0;
    int is_over = 0;
    while (one->length - at >= 6) {
        uint8_t *frame = one->bytes + at;
        size_t length = frame[1] & 127, head = 2;
        if (length == 127) return -1;
        if (length == 126) length = (size_t)frame[2] << 8 | frame[3], head = 4;
        if (one->length - at < head + 4 + length) break;
        answers[to++] = (frame[0] & 15) == 9 ? 0x8A : frame[0];
        if (head == 2) answers[to++] = (uint8_t)length;
        else answers[to++] = 126, answers[to++] = frame[2], answers[to++] = frame[3];
        for (size_t i = 0; i < length; i++) answers[to++] = frame[head + 4 + i] ^ frame[head + i % 4];
        is_over |= (frame[0] & 15) == 8;
        at += head + 4 + length;
    }
    if (at == 0 && one->length == ROOM) return -1;
    return sent(one->socket, answers, to) && !is_over ? (ssize_t)at : -1;
}

static int served(struct connection *one) {
    ssize_t count = recv(one->socket, one->bytes + one->length, ROOM - one->length, 0);
    if (count <= 0) return 0;
    one->length += (size_t)count;
    ssize_t used = one->is_open ? echoed(one) : shaken(one);
    if (used < 0) return 0;
    one->length -= (size_t)used;
    memmove(one->bytes, one->bytes + used, one->length);
    return 1;
}

static void work(int listener) {
    int poll = epoll_create1(0), yes = 1;
    struct epoll_event asked = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL}, events[EVENTS];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &asked);
    for (;;) {
        int count = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct connection *one = events[i].data.ptr;
            if (one) {
                if (served(one)) continue;
                close(one->socket);
                free(one);
                continue;
            }
            int accepted = accept4(listener, NULL, NULL, 0);
            if (accepted < 0) continue;
            setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            one = calloc(1, sizeof *one);
            if (!one) exit(1);
            one->socket = accepted;
            struct epoll_event mine = {.events = EPOLLIN, .data.ptr = one};
            epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &mine);
        }
    }
}

int main(int count, char **words) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (count < 2) return 2;
    address.sin_port = htons((uint16_t)atoi(words[1]));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return perror("port"), 1;
    for (int worker = 1; worker < (count > 2 ? atoi(words[2]) : 1); worker++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            work(listener);
        }
    work(listener);
}
