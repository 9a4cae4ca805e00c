package desk

import (
	"context"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

var setPreferences = act[notify.SetPreferences, notify.Settings]{
	name: "change settings", may: everybody, field: "By.Person",
	want: func(_ context.Context, _ *Desk, c notify.SetPreferences) (Want, error) {
		return Want{Settings: c.By.Person}, nil
	},
	decide: func(_ context.Context, t turn[notify.SetPreferences]) (notify.Settings, session.Decision, error) {
		return t.c.Decide(t.read.Settings, t.now)
	},
}

// SetPreferences changes one's own notification settings (N1). Open to everybody, for themselves.
func (d *Desk) SetPreferences(ctx context.Context, c notify.SetPreferences) (notify.Settings, error) {
	return do(ctx, d, c, setPreferences)
}
