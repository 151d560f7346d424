package config

import (
	"fmt"
	"regexp"
)

// Broker is the MQTT broker inside the node.
type Broker struct {
	Origin    Origin
	Listen    string          `yaml:"listen" match:"listen" doc:"Where MQTT clients connect, over TLS where tls is given. Off loopback it needs tls and accounts. Without listen and websocket, the broker serves the node itself only." example:"127.0.0.1:1883"`
	WebSocket string          `yaml:"websocket" match:"listen" doc:"Where MQTT clients connect over WebSocket, at every path; for browsers. The same holds as for listen." example:"127.0.0.1:8083"`
	TLS       *TLS            `yaml:"tls" doc:"The certificate that clients are shown."`
	Anonymous bool            `yaml:"anonymous" default:"true" doc:"Whether clients on this machine may use all topics without a log-in, where the broker listens on a loopback address. From the network nobody ever may."`
	Accounts  []BrokerAccount `yaml:"accounts" doc:"Who may log in, and what each may do: nothing that is not listed."`

	MaxPacket     ByteSize `yaml:"max_packet" default:"1MiB" min:"1KiB" max:"64MiB" advanced:"true" doc:"The largest packet that a client may send."`
	MaxClients    int      `yaml:"max_clients" default:"10000" min:"1" max:"100000" advanced:"true" doc:"How many clients may be connected at a time."`
	PublishGroups bool     `yaml:"publish_groups" default:"true" advanced:"true" doc:"Whether the groups of the devices are published as JSON on {site}/{device}/{group}, each while somebody subscribes to it."`
}

// BrokerAccount is one who may log in at the broker.
type BrokerAccount struct {
	Name         string   `yaml:"name" required:"true" min:"1" max:"65535" doc:"The user's name." example:"press"`
	Password     Secret   `yaml:"password" doc:"The password; either this or password_hash. At most 72 bytes." example:"env:PRESS_PASSWORD"`
	PasswordHash string   `yaml:"password_hash" doc:"The bcrypt hash of the password, as htpasswd -B makes it." example:"$2y$10$J9wV9Q0nWlH1c1s1C9cXleTgB2Uu8Yk9b4Jr9d1sQp3Jm2sF5QnVa"`
	Publish      []string `yaml:"publish" single:"true" match:"filter" doc:"The topics that the user may publish on, as filters; %u is the user's name, %c the client identifier." example:"[sensors/%u/#]"`
	Subscribe    []string `yaml:"subscribe" single:"true" match:"filter" doc:"The filters that the user may subscribe to, with all that lies under them." example:"[plant-7/#]"`
}

// Listens tells whether clients can connect at all.
func (b *Broker) Listens() bool { return b.Listen != "" || b.WebSocket != "" }

// Check keeps strangers out, and finds a broker that nobody can use.
func (b *Broker) Check(report Report) {
	for _, at := range []struct{ key, listen string }{{"listen", b.Listen}, {"websocket", b.WebSocket}} {
		if at.listen == "" {
			continue
		}
		if err := b.exposed(at.listen); err != nil {
			report(at.key, err)
		}
	}
	names := map[string]bool{}
	for i, a := range b.Accounts {
		if names[a.Name] && a.Name != "" {
			report(fmt.Sprintf("accounts[%d].name", i), &Problem{
				What: fmt.Sprintf("account %q is declared twice", a.Name), Fix: "give one of them another name",
			})
		}
		names[a.Name] = true
	}
}

// exposed tells what is missing for an address.
func (b *Broker) exposed(listen string) error {
	local := Loopback(listen)
	switch {
	case !local && b.TLS == nil:
		return &Problem{
			What: "the broker would be served to the network without TLS",
			Fix:  "listen on 127.0.0.1, or add tls: {cert: FILE, key: FILE}",
		}
	case len(b.Accounts) > 0 || local && b.Anonymous:
		return nil
	case local:
		return &Problem{What: "nobody could connect: anonymous is false and there are no accounts", Fix: "add accounts, or write anonymous: true"}
	default:
		return &Problem{
			What: "nobody could connect from the network, where clients have to log in",
			Fix:  "add accounts: [{name: NAME, password: env:NAME, publish: [FILTER], subscribe: [FILTER]}]",
		}
	}
}

// Check wants one password, and something to do with it.
func (a *BrokerAccount) Check(report Report) {
	switch given := !a.Password.IsZero(); {
	case given && a.PasswordHash != "":
		report("password_hash", &Problem{What: "the account has a password and a hash", Fix: "remove one of them"})
	case !given && a.PasswordHash == "":
		report("", &Problem{What: "the account has no password", Fix: "add password: env:NAME, or password_hash"})
	case !given && !bcryptHash().MatchString(a.PasswordHash):
		report("password_hash", &Problem{
			What: "this is not a hash of bcrypt", Fix: "make one with: htpasswd -nB NAME, and take what follows the colon",
		})
	}
	if len(a.Publish)+len(a.Subscribe) == 0 {
		report("", &Problem{What: "the account may do nothing", Fix: "add publish: [FILTER] or subscribe: [FILTER]"})
	}
}

func bcryptHash() *regexp.Regexp {
	return regexp.MustCompile(`^\$2[abxy]?\$[0-3][0-9]\$[./A-Za-z0-9]{53}$`)
}
