package notify

import (
	"slices"
	"time"

	"github.com/sessional-go/sessional/session"
)

// EventDigest tells that a digest was made for a clinician (N3). It stands in the queue alone, beside the mark that it
// moves; its fact sessions lists what is in it, the best first, from and until are the first and the last of their
// starts, and omitted says how many more there were.
const EventDigest session.EventKind = "digest.made"

// KindDigest is the kind of a digest as the subject of its event; the id is the clinician's, the version that of the
// mark.
const KindDigest session.SubjectKind = "digest"

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

// Opening is the beginning of a period of availability: an event by which a session became available, as a feed has
// it.
type Opening struct {
	Feed    FeedID
	No      int64
	Session session.SessionID
	// At is when it became available.
	At time.Time
}

// OpeningOf returns the opening that an entry of a feed tells of, and whether it tells of one.
func OpeningOf(feed FeedID, entry FeedEntry) (Opening, bool) {
	if !Opens(entry.Event) {
		return Opening{}, false
	}
	return Opening{Feed: feed, No: entry.No, Session: entry.Event.Session, At: entry.Event.At}, true
}

// Available is a session that is available now.
type Available struct {
	Session session.SessionID
	// Opened is when it became so: the beginning of its present period of availability.
	Opened time.Time
}

// Summarise says which sessions a digest lists (N3): those that became available since the clinician's last one, and
// still are. A session is listed once per period of availability: what was taken and given back meanwhile is one, and
// an opening whose period is over counts for nothing, whatever has opened again since. The order is that of better,
// ties by id.
func Summarise(
	since DigestMark, openings []Opening, available func(session.SessionID) (Available, bool),
	better func(a, b session.SessionID) int,
) []session.SessionID {
	listed := []session.SessionID{}
	seen := map[session.SessionID]bool{}
	for _, o := range openings {
		if o.No <= since.Seen[o.Feed] || seen[o.Session] {
			continue
		}
		if now, ok := available(o.Session); ok && now.Opened.Equal(o.At) {
			seen[o.Session] = true
			listed = append(listed, o.Session)
		}
	}
	slices.Sort(listed)
	slices.SortStableFunc(listed, better)
	return listed
}
