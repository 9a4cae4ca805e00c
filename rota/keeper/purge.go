package keeper

import (
	"context"
	"time"
)

// How much is purged at a time, so that nobody waits for it long, and by one look: what is left is the next one's.
const (
	purgeBatch   = 500
	purgeBatches = 40
)

// purgeDeliveries deletes what was kept for long enough. Several keepers at once delete different ones, or wait for each
// other; nothing is deleted twice.
func (k *Keeper) purgeDeliveries(ctx context.Context, now time.Time) (int, error) {
	if k.purger == nil || k.purge < 0 {
		return 0, nil
	}
	all := 0
	for range purgeBatches {
		n, err := k.purger.Purge(ctx, now.Add(-k.purge), purgeBatch)
		all += n
		if err != nil || n < purgeBatch {
			return all, err
		}
	}
	return all, nil
}
