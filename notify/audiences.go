package notify

import "slices"

// Audiences returns who can be told a kind, by any event; which of them an event tells is what [For] says.
func (k Kind) Audiences() []Audience {
	var found []Audience
	for _, event := range Kinds() {
		for _, r := range told[event] {
			if r.kind == k && !slices.Contains(found, r.to) {
				found = append(found, r.to)
			}
		}
	}
	slices.Sort(found)
	return found
}
