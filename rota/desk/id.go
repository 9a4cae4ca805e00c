package desk

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/sessional-go/sessional/session"
)

// NewID returns a fresh id for a command: a version 7 UUID, which sorts by time. Whoever may have to repeat a command
// makes it before the first try and keeps it (P3).
func NewID() session.CommandID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it can't fail
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(time.Now().UnixMilli())) //nolint:forbidigo // an id of this moment
	copy(b[:6], ms[2:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b[:])
	return session.CommandID(x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:])
}
