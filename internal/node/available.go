package node

import (
	"context"
	"fmt"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/listen"
)

// Unavailable tries the addresses at which a site's node would serve on this machine, and returns why each that cannot be had
// now is not. That is no mistake of the configuration: the node runs, and waits for them. One that it already runs on this
// machine is among those who have them.
func (c *Components) Unavailable(ctx context.Context, site *config.Site) (reasons []error) {
	try := func(what string, err error) {
		if err != nil {
			reasons = append(reasons, fmt.Errorf("%s: %w", what, err))
		}
	}
	try("console", listen.TryTCP(ctx, site.Console.Listen))
	for _, address := range []string{site.Broker.Listen, site.Broker.WebSocket} {
		if address != "" {
			try("broker", listen.TryTCP(ctx, address))
		}
	}
	for i := range site.Servers {
		configured := &site.Servers[i]
		kind, ok := c.servers[configured.Type]
		if !ok {
			continue // nothing that was loaded has such a one
		}
		service, err := kind.Compile(configured)
		if err == nil {
			err = service.Available(ctx)
		}
		try("server "+configured.Name, err)
	}
	return reasons
}
