package session

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The ids of the workflow are distinct types, so that a booking's id can't be passed where a session's belongs.
// They are opaque: any text of 1 to 128 printable characters without spaces. Those that a host owns (provider,
// practice, clinician, person) are whatever the host uses; those that a command creates follow from the command's
// id (see DeriveID).
type (
	// ProviderID names a healthcare provider: the tenant.
	ProviderID string
	// PracticeID names a practice, one site of a provider.
	PracticeID string
	// ClinicianID names a clinician in their role as one; a clinician works for any number of providers.
	ClinicianID string
	// PersonID names a human being, whatever capacities they act in: it is what a notification is addressed to, and
	// how the library sees that a GP partner would decide about themselves (P1).
	PersonID string
	// SessionID names a session. People use its Reference.
	SessionID string
	// ApplicationID names an application.
	ApplicationID string
	// BookingID names a booking.
	BookingID string
	// CaseID names a support case.
	CaseID string
	// InvoiceID names an invoice.
	InvoiceID string
	// MessageID names a message.
	MessageID string
	// TextID names an erasable text (P4).
	TextID string
	// CommandID names one act of one actor; a retry carries the same one (P3).
	CommandID string
)

// MaxID is the greatest length of an id, in bytes.
const MaxID = 128

// CheckID returns a *FieldError naming field unless id is usable: not blank, at most MaxID bytes, printable and
// without spaces.
func CheckID[T ~string](field string, id T) error {
	s := string(id)
	switch {
	case strings.TrimSpace(s) == "":
		return &FieldError{Field: field, Problem: "is missing"}
	case len(s) > MaxID:
		return &FieldError{Field: field, Problem: "is longer than 128 bytes"}
	case !utf8.ValidString(s):
		return &FieldError{Field: field, Problem: "is not valid UTF-8"}
	}
	for _, r := range s {
		if !unicode.IsPrint(r) || unicode.IsSpace(r) {
			return &FieldError{Field: field, Problem: "holds a space or a character that can't be printed"}
		}
	}
	return nil
}

// DeriveID returns the id of the thing of the given kind that a command creates. It depends on nothing but the
// command's id and its actor, so that a retry names the same thing, and two actors who happen to use the same
// command id don't. It has the shape of a version 8 UUID.
func DeriveID[T ~string](c Command, kind string) T {
	return HashID[T](c.By.Key(), string(c.ID), kind)
}

// HashID returns an id that depends on nothing but the parts: for what is named by other things, such as the one
// application of a clinician in a round of a session. It has the shape of a version 8 UUID.
func HashID[T ~string](parts ...string) T {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	sum := h.Sum(nil)[:16]
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	x := hex.EncodeToString(sum)
	return T(x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:])
}
