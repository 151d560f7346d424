package uplink

import (
	"errors"
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// dial returns a client of a member, not connected yet, by the credentials that the node has now: they may have been renewed
// since the last time. An error is permanent: credentials do not mend themselves. The caller closes the client.
func (e Env) dial(address string) (*link.Client, error) {
	credentials, err := e.credentials()
	if err != nil {
		return nil, err
	}
	return e.dialBy(credentials, address)
}

// credentials are those that the node has now. An error is permanent.
func (e Env) credentials() (enrol.Credentials, error) {
	c, err := enrol.Load(e.Dir)
	return c, supervisor.Permanent(err)
}

func (e Env) dialBy(c enrol.Credentials, address string) (*link.Client, error) {
	client, err := c.Dial(address, e.Now, e.Dialer)
	return client, supervisor.Permanent(err)
}

// atSome has ask talk to each member in turn, over a connection of its own, until one gives what is wanted; the member at
// first, where that is not empty, comes before the others. The client of that one is the caller's to close.
func (e Env) atSome(first string, ask func(*link.Client) error) (*link.Client, error) {
	credentials, err := e.credentials()
	if err != nil {
		return nil, err
	}
	addresses := credentials.Addresses
	if first != "" {
		addresses = slices.Concat([]string{first}, slices.DeleteFunc(slices.Clone(addresses), func(a string) bool { return a == first }))
	}
	var errs []error
	for _, address := range addresses {
		client, err := e.dialBy(credentials, address)
		if err != nil {
			return nil, err
		}
		if err = ask(client); err == nil {
			return client, nil
		}
		errs = append(errs, fmt.Errorf("at %s: %w", address, errors.Join(err, client.Close())))
	}
	return nil, errors.Join(errs...)
}

// keepAddresses keeps what a member says of where the members are. It goes into the credentials as they are now: those that the
// session began with may have been renewed since.
func (e Env) keepAddresses(members []string) error {
	if len(members) == 0 {
		return nil
	}
	known, err := e.credentials()
	if err != nil {
		return err
	}
	fresh := known.WithAddresses(members)
	if slices.Equal(fresh.Addresses, known.Addresses) {
		return nil
	}
	return fresh.Save(e.Dir)
}
