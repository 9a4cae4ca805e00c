// Package fan does one thing for each of several, at the same time.
package fan

import "sync"

// most is how many are done at a time.
const most = 8

// Out calls do for each item, by several goroutines at once, and returns what it returned, in the items' order. A panic
// in do, which can be the host's code, goes on in the goroutine of the caller, who may contain it.
func Out[T any](items []T, do func(T) error) []error {
	said := make([]error, len(items))
	panics := make([]any, len(items))
	slots := make(chan struct{}, most)
	var group sync.WaitGroup
	for i, item := range items {
		slots <- struct{}{}
		group.Go(func() {
			defer func() {
				panics[i] = recover()
				<-slots
			}()
			said[i] = do(item)
		})
	}
	group.Wait()
	for _, p := range panics {
		if p != nil {
			panic(p)
		}
	}
	return said
}
