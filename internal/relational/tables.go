package relational

import (
	"cmp"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Entry is a row of a clinician's diary.
type Entry struct {
	Clinician session.ClinicianID
	booking.Entry
}

// Policy is a row of a provider's policies. Its terms are kept as the JSON that withdrawal.LoadPolicy reads.
type Policy struct {
	Provider  session.ProviderID
	Version   int
	ValidFrom time.Time
	Terms     withdrawal.Policy
	Digest    string // of the terms
}

// Outcome is a row of the outcomes of commands.
type Outcome struct {
	desk.CommandKey
	Digest string
	Result string
	At     time.Time
}

// Settlement is what became of the delivery at a place of a list.
type Settlement struct {
	I        int
	Provider session.ProviderID
	Key      string
	Fence    int64
	notify.Outcome
}

// worth is what a session is worth, in hundredths of its currency.
func worth(s *session.Session) int64 { return s.Terms.Worth().Amount.Shift(2).IntPart() }

// terms are the columns of a session.Terms.
const terms = `
	role                 Terms.Role
	starts_at            Terms.Span.Start
	ends_at              Terms.Span.End
	break_minutes        Terms.Break          minutes
	rate_amount          Terms.Rate.Amount
	rate_currency        Terms.Rate.Currency
	rate_per             Terms.Rate.Per
	place                Terms.Place          null
	instructions         Terms.Instructions   null`

// The tables of the workflow's records.
var (
	Sessions = derived(table[session.Session]("sessions", `
		provider             Provider             key
		id                   ID                   key
		version              Version
		reference            Reference
		practice             Practice
		state                State
		`+terms+`
		channel              Channel
		choosing             Choosing
		engagement_starts_at EngagementStart      null
		round                Round
		booking              Booking              null
		support_case         Case                 null
		replaces             Replaces             null
		opened_at            Opened               null
		created_at           Created`),
		"worth_pence", false, worth)

	Applications = table[rota.Application]("applications", `
		provider             Provider             key
		id                   ID                   key
		version              Version
		session              Session
		practice             Practice
		clinician            Clinician
		person               Person
		round                Round
		state                State
		applied_at           Applied
		reason               Reason               null`)

	Bookings = derived(derived(table[booking.Booking]("bookings", `
		provider             Provider             key
		id                   ID                   key
		version              Version
		session              Session
		reference            Reference
		practice             Practice
		clinician            Clinician
		person               Person
		state                State
		`+terms+`
		consented            Consented            json null
		pending_terms        Pending.Terms        json null
		pending_since        Pending.Since        null
		pending_by           Pending.By           json null
		engagement_starts_at EngagementStart      null
		policy               Policy
		application          Application          null
		channel              Channel
		made_at              Made
		offered_until        OfferedUntil         null
		reminded_of          RemindedOf           null
		ended_as_of          Ending.At            null
		ended_at             Ending.Recorded      null
		ended_by             Ending.By            json null
		ended_route          Ending.Route         null
		ended_reason         Ending.Reason        null
		ended_cause          Ending.Cause         null
		ended_at_request     Ending.AtRequest
		ended_disputed_at    Ending.Disputed      null
		ended_ahead_micros   Ending.Ahead         micros
		ended_late           Ending.Late
		ended_fee            Ending.Fee
		worked_until         Ending.Worked        null
		call_phone           Call.Phone           null
		call_due_at          Call.Due             null
		call_made_at         Call.Made            null
		call_by              Call.By              json null
		lapsed               Lapsed               json null
		overridden           Overridden           json null`),
		"change_void_at", true, changeVoidAt),
		"offer_ends_at", true, offerEndsAt)

	Diaries = table[booking.DiaryChange]("diaries", `
		clinician            Clinician            key
		version              Version`)

	Entries = derived(table[Entry]("diary_entries", `
		clinician            Clinician            key
		booking              Booking              key
		session              Session
		reference            Reference
		provider             Provider
		starts_at            Span.Start
		ends_at              Span.End
		also_starts_at       Also.Start           null
		also_ends_at         Also.End             null`),
		"holds_until", false, holdsUntil)

	Cases = table[withdrawal.Case]("support_cases", `
		provider             Provider             key
		id                   ID                   key
		version              Version
		session              Session
		practice             Practice
		booking              Booking
		state                State
		via                  Via
		opened_by            OpenedBy             json null
		keep_session         Keep
		received_at          Received
		opened_at            Opened
		target_at            Target
		urgent               Urgent
		reason               Reason               null
		fee                  Fee
		policy               Policy
		closed_at            Closed               null
		closed_by            ClosedBy             json null
		answer               Answer               null`)

	Fees = table[withdrawal.Fee]("fees", `
		provider             Provider             key
		booking              Booking              key
		version              Version
		session              Session
		practice             Practice
		clinician            Clinician
		person               Person
		state                State
		cap_amount           Cap.Amount
		cap_currency         Cap.Currency         null
		suggested_amount     Suggested.Amount     null
		suggested_currency   Suggested.Currency   null
		amount               Amount.Amount        null
		currency             Amount.Currency      null
		by_capacity          By                   null
		earned_amount        Earned.Amount        null
		earned_currency      Earned.Currency      null
		due_at               Due                  null
		steps                Steps                json null
		invoice              Invoice              null
		answer_within        AnswerWithin         null`)

	Hours = table[booking.Hours]("hours_worked", `
		provider             Provider             key
		booking              Booking              key
		version              Version
		session              Session
		state                State
		starts_at            Span.Start
		ends_at              Span.End
		break_minutes        Break                minutes
		amount               Amount.Amount
		currency             Amount.Currency      null
		reason               Reason               null
		stated_at            At`)

	Invoices = table[booking.Invoice]("invoices", `
		provider             Provider             key
		id                   ID                   key
		version              Version
		booking              Booking
		session              Session
		reference            Reference
		practice             Practice
		clinician            Clinician
		person               Person
		bills                For
		amount               Amount.Amount
		currency             Amount.Currency      null
		state                State
		due_on               Due                  null
		reason               Reason               null
		made_at              Made
		paid_at              Paid                 null`)

	Messages = table[booking.Message]("messages", `
		provider             Provider             key
		id                   ID                   key
		version              Version
		session              Session
		practice             Practice
		clinician            Clinician
		sent_by              From                 json null
		body                 Text
		sent_at              Sent`)

	Policies = table[Policy]("policies", `
		provider             Provider             key
		version              Version              key
		valid_from           ValidFrom            null
		terms                Terms                json
		digest               Digest`)

	Settings = table[notify.Settings]("settings", `
		person               Person               key
		version              Version
		emails               Emails               json null
		pushes               Pushes               json null
		digests              Digests              json null
		reminders            Reminders            null
		quiet_from           Quiet.From           null
		quiet_to             Quiet.To             null`)

	Texts = table[session.Text]("texts", `
		provider             Provider             key
		id                   ID                   key
		version              Version
		session              Session              null
		class                Class
		body                 Body                 null
		written_by           By                   null
		written_at           Written
		erased_at            Erased               null`)

	Events = table[session.Event]("events", `
		provider             Provider             key
		subject_kind         Subject.Kind         key
		subject_id           Subject.ID           key
		version              Version              key
		kind                 Kind                 key
		session              Session              null
		happened_at          At
		by_capacity          By.Capacity
		by_person            By.Person            null
		by_provider          By.Provider          null
		by_practice          By.Practice          null
		by_clinician         By.Clinician         null
		command              Command
		from_state           From                 null
		to_state             To                   null
		reason               Reason               null
		facts                Facts                json null`)

	Outcomes = table[Outcome]("outcomes", `
		actor                Actor                key
		command              Command              key
		digest               Digest
		result               Result
		at                   At`)

	Deliveries = table[notify.Delivery]("deliveries", `
		provider             Provider             key
		key                  Key                  key
		event                Event
		kind                 Kind
		channel              Channel
		person               Person
		audience             Audience
		session              Session              null
		state                State
		why                  Why                  null
		planned_at           Planned
		not_before           NotBefore            null
		attempts             Attempts
		settled_at           Settled              null`)

	Marks = table[notify.DigestMark]("digest_marks", `
		clinician            Clinician            key
		version              Version
		seen                 Seen                 json null
		made_at              At                   null`)
)

// Settlements are what became of deliveries, as a store's function takes them: no table holds them.
var Settlements = table[Settlement]("settlements", `
		i                    I
		provider             Provider
		key                  Key
		fence                Fence
		state                State
		at                   At
		why                  Why                  null
		retry                Retry                null
		untried              Untried`)

// All are the tables of the records.
func All() []*Table {
	return []*Table{
		Sessions, Applications, Bookings, Diaries, Entries, Cases, Fees, Hours, Invoices, Messages, Policies, Settings,
		Texts, Events, Outcomes, Deliveries, Marks,
	}
}

// changeVoidAt is when a pending change is void: the agreed start, or the new one, whichever comes first (S5).
func changeVoidAt(b *booking.Booking) time.Time {
	if !b.State.Live() || b.Pending.IsZero() {
		return time.Time{}
	}
	return earlier(b.Terms.Span.Start, b.Pending.Terms.Span.Start)
}

// offerEndsAt is when an offer that nobody answers lapses: at the start, if not before (A1).
func offerEndsAt(b *booking.Booking) time.Time {
	if b.State != booking.Offered {
		return time.Time{}
	}
	if b.OfferedUntil.IsZero() {
		return b.Terms.Span.Start
	}
	return earlier(b.Terms.Span.Start, b.OfferedUntil)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// holdsUntil is when the last of an entry's spans ends.
func holdsUntil(e *Entry) time.Time {
	latest := e.Span.End
	if e.Also.End.After(latest) {
		latest = e.Also.End
	}
	return latest
}

// EntriesOf are the rows that a change puts into a diary.
func EntriesOf(c booking.DiaryChange) []Entry {
	rows := make([]Entry, len(c.Put))
	for i, e := range c.Put {
		rows[i] = Entry{Clinician: c.Clinician, Entry: e}
	}
	return rows
}

// OutcomeRow is what a command led to as a row.
func OutcomeRow(key desk.CommandKey, o desk.Outcome) Outcome {
	return Outcome{CommandKey: key, Digest: o.Digest, Result: string(o.Result), At: o.At}
}

// Subjects says in which table each kind of subject lies, and in which column its id.
func Subjects(kind session.SubjectKind) (t *Table, id string, ok bool) {
	switch kind {
	case session.KindSession:
		return Sessions, "id", true
	case session.KindApplication:
		return Applications, "id", true
	case session.KindBooking:
		return Bookings, "id", true
	case session.KindDiary:
		return Diaries, "clinician", true
	case session.KindCase:
		return Cases, "id", true
	case session.KindFee:
		return Fees, "booking", true
	case session.KindHours:
		return Hours, "booking", true
	case session.KindInvoice:
		return Invoices, "id", true
	case session.KindMessage:
		return Messages, "id", true
	case session.KindText:
		return Texts, "id", true
	case session.KindPolicy:
		return Policies, "provider", true
	case session.KindSettings:
		return Settings, "person", true
	}
	return nil, "", false
}

// Spans are the spans of time near which a diary is read: the one asked about, a session's and a booking's.
func Spans(around calendar.Span, s session.Session, b booking.Booking) []calendar.Span {
	spans := []calendar.Span{around, s.Terms.Span}
	if b.Version > 0 {
		spans = append(spans, b.Spans()...)
	}
	return spans
}

// Near returns the entries that overlap any of the spans, in order of start.
func Near(entries []booking.Entry, spans []calendar.Span) []booking.Entry {
	var found []booking.Entry
	for _, e := range entries {
		for _, s := range spans {
			if !s.IsZero() && e.Overlaps(s) {
				found = append(found, e)
				break
			}
		}
	}
	slices.SortFunc(found, func(a, b booking.Entry) int {
		return cmp.Or(a.Span.Start.Compare(b.Span.Start), cmp.Compare(a.Booking, b.Booking))
	})
	return found
}
