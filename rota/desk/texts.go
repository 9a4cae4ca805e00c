package desk

import (
	"cmp"
	"context"
	"slices"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Note is a message with its words.
type Note struct {
	Message booking.Message `json:"message"`
	// Text is what was written; its body is blank once erased. Untrusted (N6).
	Text session.Text `json:"text"`
}

// Messages lists what practice and clinician wrote to each other about a session, in order (B3). Open to both sides
// and support; a clinician sees only their own.
func (d *Desk) Messages(
	ctx context.Context, by session.Actor, id session.SessionID, with session.ClinicianID, page session.PageRequest,
) (session.Page[Note], error) {
	var none session.Page[Note]
	if err := page.Validate(); err != nil {
		return none, err
	}
	if _, err := d.Session(ctx, by, id); err != nil {
		return none, err
	}
	if by.Capacity == session.AsClinician {
		with = by.Clinician
	}
	if err := session.CheckID("With", with); err != nil {
		return none, err
	}
	found, err := d.store.Messages(ctx, id, with, page)
	if err != nil {
		return none, err
	}
	var ids []session.TextID
	for _, m := range found.Items {
		ids = append(ids, m.Text)
	}
	texts, err := d.texts(ctx, ids...)
	notes := session.Page[Note]{Next: found.Next}
	for _, m := range found.Items {
		notes.Items = append(notes.Items, Note{Message: m, Text: texts[m.Text]})
	}
	return notes, err
}

func (d *Desk) texts(ctx context.Context, ids ...session.TextID) (map[session.TextID]session.Text, error) {
	found, err := d.store.Texts(ctx, ids...)
	byID := make(map[session.TextID]session.Text, len(found))
	for _, t := range found {
		byID[t.ID] = t
	}
	return byID, err
}

// Record lists what happened to a session, in order (P2). Open to the client's side and support. The texts that
// events point to are read with Text.
func (d *Desk) Record(
	ctx context.Context, by session.Actor, id session.SessionID, page session.PageRequest,
) (session.Page[session.Event], error) {
	var none session.Page[session.Event]
	if err := page.Validate(); err != nil {
		return none, err
	}
	s, err := d.Session(ctx, by, id)
	if err != nil {
		return none, err
	}
	if by.Capacity == session.AsClinician {
		return none, &session.ForbiddenError{Capacity: by.Capacity, Act: "read the record of a session", Why: "it tells of others, too"}
	}
	return d.store.Record(ctx, s.Provider, RecordQuery{Session: id, Page: page})
}

// Text returns a text that an event or record points to: to the client's side of its provider, to support, and to a
// clinician what is shared with them, such as why their booking was ended (W2); its body is blank once erased (P4).
func (d *Desk) Text(ctx context.Context, by session.Actor, id session.TextID) (session.Text, error) {
	if err := session.CheckID("Text", id); err != nil {
		return session.Text{}, err
	}
	if err := by.Validate(); err != nil {
		return session.Text{}, err
	}
	texts, err := d.texts(ctx, id)
	if err != nil {
		return session.Text{}, err
	}
	missing := &session.NotFoundError{Field: "Text", Kind: session.KindText, ID: string(id)}
	t, ok := texts[id]
	if !ok || by.Capacity.Client() && t.Provider != by.Provider {
		return session.Text{}, missing
	}
	if by.Capacity == session.AsClinician {
		if shared, err := d.shared(ctx, by.Clinician, t); err != nil || !shared {
			return session.Text{}, cmp.Or(err, error(missing))
		}
	}
	if by.Capacity == session.AsPractice && t.Session != "" {
		if _, err := d.Session(ctx, by, t.Session); err != nil {
			return session.Text{}, missing
		}
	}
	return t, nil
}

// TextsWritten lists texts that are not erased, by who wrote them or by class and age, so that they can be: with
// EraseText, one by one (P4). Open to support and the system.
func (d *Desk) TextsWritten(
	ctx context.Context, by session.Actor, q session.TextQuery,
) (session.Page[session.Text], error) {
	var none session.Page[session.Text]
	if err := by.Validate(); err != nil {
		return none, err
	}
	if err := q.Validate(); err != nil {
		return none, err
	}
	if by.Capacity != session.AsSupport && by.Capacity != session.AsSystem {
		return none, &session.ForbiddenError{Capacity: by.Capacity, Act: "list what people wrote", Why: "erasing is for support to do"}
	}
	return d.store.TextsWritten(ctx, q)
}

// sharedWithClinician are the kinds of events whose reason the clinician that they are about may read.
var sharedWithClinician = []session.EventKind{
	booking.EventCancelled, booking.EventNoShow, booking.EventEndedEarly,
	booking.EventHoursQueried, booking.EventInvoiceQueried, booking.EventMessageSent,
	rota.EventDeclined,
	withdrawal.EventFeeProposed, withdrawal.EventFeeCountered, withdrawal.EventFeeAgreed,
	withdrawal.EventFeeWaived, withdrawal.EventFeeDisputed, withdrawal.EventCauseDisputed,
}

// shared says whether a text is shared with a clinician: an event about them, of a kind that is, points to it.
func (d *Desk) shared(ctx context.Context, clinician session.ClinicianID, t session.Text) (bool, error) {
	for e, err := range All(func(page session.PageRequest) (session.Page[session.Event], error) {
		return d.store.Record(ctx, t.Provider, RecordQuery{Session: t.Session, Page: page})
	}) {
		if err != nil {
			return false, err
		}
		if e.Reason == t.ID && e.Facts["clinician"] == string(clinician) && slices.Contains(sharedWithClinician, e.Kind) {
			return true, nil
		}
	}
	return false, nil
}
