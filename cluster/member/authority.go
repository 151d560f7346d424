package member

import (
	"context"
	"time"
)

// lookAtCA is how often the CA's directory is read: another member may have rotated or retired.
const lookAtCA = 2 * time.Second

// followCA has the member trust and sign as the CA's directory says, until ctx is done. While it cannot be read, what was
// read last is believed.
func (m *Member) followCA(ctx context.Context) error {
	tick := time.NewTicker(lookAtCA)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := m.ca.Refresh(); err != nil {
			m.o.Logger.Warn("the CA's directory was not read; what was read last is believed", "error", err)
		}
	}
}
