package session

// PageSize is the number of items of a page whose request names none, MaxPageSize the greatest one.
const (
	PageSize    = 50
	MaxPageSize = 500
)

// PageRequest asks for a page of a list.
type PageRequest struct {
	// After is the Next of the page before; blank for the first one. It is opaque, and good only for the same
	// list with the same filter: anything else is a *FieldError.
	After string
	// Limit is the greatest number of items wanted; 0 stands for PageSize, more than MaxPageSize is refused.
	Limit int
}

// Size returns the limit with its default filled in.
func (r PageRequest) Size() int {
	if r.Limit == 0 {
		return PageSize
	}
	return r.Limit
}

// Validate refuses a limit that is negative or greater than MaxPageSize.
func (r PageRequest) Validate() error {
	if r.Limit < 0 || r.Limit > MaxPageSize {
		return &FieldError{Field: "Page.Limit", Problem: "must be between 0 and 500"}
	}
	return nil
}

// Page is one page of a list. It may hold fewer items than asked for, or none, and still not be the last: only a
// blank Next ends the list. An item whose place in the order doesn't change while pages are read appears exactly
// once, whatever is added or taken away meanwhile.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitzero"`
}
