package notify

import (
	"time"

	"github.com/sessional-go/sessional/session"
)

// EventDigest tells that a digest was made for a clinician (N3). It stands in the queue alone, beside the mark that it
// moves; its fact sessions lists what is in it.
const EventDigest session.EventKind = "digest.made"

// DigestMark is how far a clinician's digests have come (N3).
type DigestMark struct {
	Clinician session.ClinicianID
	// Version counts the digests, those that had nothing to say among them.
	Version int64
	// Seen is, for each feed, the number up to which it was looked at.
	Seen map[FeedID]int64
	// At is when the last one was made; zero: never.
	At time.Time
}
