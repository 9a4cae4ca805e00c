package main

import (
	"slices"
	"strings"
)

// column is one that a section may have.
type column struct {
	name     string
	required bool
}

// layout says which sections an export has, and which columns these have.
func layout() map[string][]column {
	must := func(names ...string) []column {
		var all []column
		for _, n := range names {
			all = append(all, column{n, true})
		}
		return all
	}
	may := func(names ...string) []column {
		all := must(names...)
		for i := range all {
			all[i].required = false
		}
		return all
	}
	return map[string][]column{
		"providers": slices.Concat(must("id", "name"), may("rota pro", "manager", "manager email")),
		"practices": slices.Concat(must("id", "name", "provider", "division", "phone"),
			may("opening hours", "contact", "contact email")),
		"clinicians": slices.Concat(must("id", "name", "roles"), may("bank", "marketplace", "documents until", "email",
			"devices", "emails", "pushes", "quiet hours")),
		"sessions": slices.Concat(must("id", "practice", "role", "date", "start", "end", "rate"),
			may("break", "per", "channel", "choosing", "clock change", "room", "notes")),
	}
}

// sectionNames returns the sections in the order in which they are read: what others refer to comes first.
func sectionNames() []string { return []string{"providers", "practices", "clinicians", "sessions"} }

func columnNames(all []column) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}
