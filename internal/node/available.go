package node

import (
	"context"
	"fmt"
	"net"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/listen"
)

// place is an address at which a node of a site serves.
type place struct {
	what             string // for people
	network, address string
	wrong            func(error) *config.Error // says what is wrong with it, where it is written
}

// places lists them. What does not compile is left out, and reported elsewhere.
func (c *Components) places(site *config.Site) (all []place) {
	add := func(what, network, address string, origin config.Origin, key string) {
		if address != "" {
			all = append(all, place{what, network, address, func(err error) *config.Error { return origin.Error(key, err) }})
		}
	}
	add("the console", "tcp", site.Console.Listen, site.Console.Origin, "listen")
	add("the broker", "tcp", site.Broker.Listen, site.Broker.Origin, "listen")
	add("the broker's WebSocket", "tcp", site.Broker.WebSocket, site.Broker.Origin, "websocket")
	for i := range site.Servers {
		server := &site.Servers[i]
		kind, ok := c.servers[server.Type]
		if !ok || !server.Origin.Sound() {
			continue
		}
		if service, err := kind.Compile(server); err == nil {
			network, address := service.Listens()
			add("server "+server.Name, network, address, server.Origin, "listen")
		}
	}
	return all
}

// Unavailable tries the addresses at which a site's node would serve on this machine, and returns why each that cannot be had
// now is not. That is no mistake of the configuration: the node runs, and waits for them. One that it already runs on this
// machine is among those who have them.
func (c *Components) Unavailable(ctx context.Context, site *config.Site) (reasons []error) {
	for _, p := range c.places(site) {
		if err := listen.Try(ctx, p.network, p.address); err != nil {
			reasons = append(reasons, fmt.Errorf("%s: %w", p.what, err))
		}
	}
	return reasons
}

// apart reports places of which only one can be had, since another part of the same node has it.
func apart(places []place) (errs config.Errors) {
	for i, p := range places {
		for _, other := range places[:i] {
			if p.excludes(other) {
				errs = append(errs, p.wrong(&config.Problem{
					What: fmt.Sprintf("%s listens at %s already", other.what, other.address), Fix: "give one of them another port",
				}))
				break
			}
		}
	}
	return errs
}

// excludes reports whether two cannot be had together. Port 0 is any that is free; a name is not resolved.
func (p place) excludes(other place) bool {
	host, port, err := net.SplitHostPort(p.address)
	otherHost, otherPort, wrong := net.SplitHostPort(other.address)
	if err != nil || wrong != nil || p.network != other.network || port != otherPort || port == "0" {
		return false
	}
	return host == otherHost || everywhere(host) || everywhere(otherHost)
}

// everywhere reports whether a host stands for every interface.
func everywhere(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}
