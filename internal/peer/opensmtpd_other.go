//go:build !linux

package peer

import (
	"errors"
	"testing"
)

// OpenSMTPD stands for the real mail server that tests on Linux run.
type OpenSMTPD struct{ Port int }

// StartOpenSMTPD skips the test: the server that is fetched is Debian's.
func StartOpenSMTPD(tb testing.TB, _ ...string) *OpenSMTPD {
	tb.Helper()
	_, err := findOpenSMTPD()
	skip(tb, opensmtpd, err)
	return nil
}

func findOpenSMTPD() (string, error) { return "", errors.New("it is run on Linux only") }

// Mails is never called.
func (s *OpenSMTPD) Mails(testing.TB, string) [][]byte { return nil }

// Delivered is never called.
func (s *OpenSMTPD) Delivered(testing.TB) int { return 0 }

// Queued is never called.
func (s *OpenSMTPD) Queued(testing.TB) int { return 0 }
