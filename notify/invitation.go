package notify

import (
	"strconv"
	"time"

	"github.com/sessional-go/sessional/session"
)

// Invitation is a booking as an entry of a calendar (A8). Its UID stays the same for as long as the booking exists, and
// its Sequence counts up with every change: a calendar replaces what it had, and takes a cancelled one out.
type Invitation struct {
	UID      string
	Sequence int64
	// Cancelled says that the booking ended before it was worked; Tentative that it is an offer so far, which waits for
	// its answer (A1). A cancelled one is not tentative any more, whatever this says.
	Cancelled bool
	Tentative bool
	// Start and End are in the practice's zone (T1).
	Start, End time.Time
	// Stamp is when this version of the booking was made, in UTC.
	Stamp time.Time
	// Summary, Place and Description are plain text. What people wrote in them is untrusted: ICalText makes it fit.
	Summary, Place, Description string
}

// InvitationUID is the UID of a booking's entry, the same in mails and in feeds.
func InvitationUID(b session.BookingID) string { return "booking-" + string(b) + "@sessional" }

// String names the entry with its version, for logs.
func (i Invitation) String() string { return i.UID + "/" + strconv.FormatInt(i.Sequence, 10) }
