package node

import (
	"crypto/tls"
	"fmt"
	"path/filepath"

	"github.com/holdfast-edge/holdfast/actors/door"
	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/store/bolt"
)

// doorConfig is the node's own broker as a scene wants it.
func (n *Node) doorConfig(s *scene) door.Config {
	c := door.Config{
		Made: s.digests[config.KindBroker][""],
		MQTT: func() (mqttd.Config, error) { return n.brokerConfig(&s.site.Broker) },
	}
	for _, in := range s.plan.streams {
		if in.Inlet != nil {
			c.Inlets = append(c.Inlets, in.Inlet)
		}
	}
	for i := range s.site.Devices {
		if s.site.Broker.PublishGroups {
			c.Outlets = append(c.Outlets, n.groupsOf(s.site.Name, &s.site.Devices[i])...)
		}
	}
	for _, p := range s.plan.published {
		c.Outlets = append(c.Outlets, n.outlet(s.site.Name, p))
	}
	return c
}

// groupsOf publishes the groups of a device.
func (n *Node) groupsOf(site string, d *config.Device) (groups []door.Outlet) {
	for _, g := range d.Groups {
		topic, err := template.Parse(site + "/" + d.Name + "/" + g.Name)
		if err != nil {
			panic(err) // a name has no braces
		}
		groups = append(groups, door.Outlet{Stream: n.bus.Stream(endpoint.StreamName(d.Name, g.Name)), Topic: topic, Newest: true})
	}
	return groups
}

// outlet publishes what a rule gives.
func (n *Node) outlet(site string, p published) door.Outlet {
	rule := p.rule
	return door.Outlet{
		Stream: n.bus.Stream(rule), Site: site, Topic: p.topic, Payload: p.payload, QoS: p.to.QoS, Retain: p.to.Retain, Prompt: true,
		Refused: func(err error) {
			n.rules.of(rule).Refused.Add(1)
			n.journal.ruleFailed(rule, err)
		},
	}
}

// brokerConfig reads what the broker is started with: certificates and passwords
// as they are now.
func (n *Node) brokerConfig(b *config.Broker) (mqttd.Config, error) {
	c := mqttd.Config{MaxClients: b.MaxClients, MaxPacket: int(b.MaxPacket), Logger: n.means.Logger.With("part", "broker")}
	if !b.Listens() {
		return c, nil // it serves the node alone, and keeps nothing
	}
	c.Open = bolt.Renewing(filepath.Join(n.means.Dir, sessionsFile), bolt.File{}, c.Logger)
	var err error
	if c.Accounts, err = accounts(b.Accounts); err != nil {
		return c, err
	}
	c.Listeners, err = listeners(b)
	return c, err
}

func accounts(configured []config.BrokerAccount) (all []mqttd.Account, err error) {
	for _, a := range configured {
		hash := a.PasswordHash
		if hash == "" {
			if hash, err = hashOf(a.Password); err != nil {
				return nil, fmt.Errorf("account %q: %w", a.Name, err)
			}
		}
		all = append(all, mqttd.Account{Name: a.Name, Hash: hash, Rights: mqttd.Rights{Publish: a.Publish, Subscribe: a.Subscribe}})
	}
	return all, nil
}

func hashOf(password config.Secret) (string, error) {
	revealed, err := password.Reveal()
	if err != nil {
		return "", err
	}
	return mqttd.HashPassword(revealed)
}

func listeners(b *config.Broker) (all []mqttd.Listener, err error) {
	var certificate *tls.Config
	if b.TLS != nil {
		c, err := config.OpenCertificate(b.TLS.Cert, b.TLS.Key)
		if err != nil {
			return nil, err
		}
		certificate = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.Current}
	}
	for _, at := range []struct {
		address   string
		webSocket bool
	}{{b.Listen, false}, {b.WebSocket, true}} {
		if at.address == "" {
			continue
		}
		l := mqttd.Listener{Address: at.address, TLS: certificate, WebSocket: at.webSocket}
		if b.Anonymous && config.Loopback(at.address) {
			rights := mqttd.All()
			l.Anonymous = &rights
		}
		all = append(all, l)
	}
	return all, nil
}
