package rota

import (
	"github.com/sessional-go/sessional/withdrawal"
)

// Situation is what the decisions of this package depend on. Its Booking, Diary and Fee are those of the clinician
// that the decision is about.
type Situation struct {
	withdrawal.Situation
	// Application is the one that the command names, or the clinician's own in the current round; zero without one.
	Application Application
	// Clinician is whom the decision is about.
	Clinician ClinicianFacts
	// Reachable says whether the clinician has a channel on for what an allocation tells them: that they are booked or
	// asked, or, where they have applied, that they succeeded, which can't be turned off (A1, N2).
	Reachable bool
}
