package bacnet

import (
	"context"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/link"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// peer is a device as it was met.
type peer struct {
	link.Peer
	id    wire.ObjectID // of its device object; that of the wildcard where it does not tell; 0: it was not asked
	limit int           // of its APDUs, in octets; 0: not asked yet
}

// usualLimit is taken for the length of APDUs of a device that does not tell: that of MS/TP.
const usualLimit = 480

// meet finds out who is at the device's address. Where an instance is configured, it must be that one.
//
//	ReadProperty of the device object ─▶ its instance ─▶ met
//	   refused: there is none of that instance ─▶ ask for whichever is there ─▶ a refusal that says who
//	   refused: it does not know the wildcard  ─▶ Who-Is, and its I-Am, or none ─▶ met
func (s *session) meet(ctx context.Context, d *device, once bool) error {
	at := &peer{Peer: link.Peer{Socket: s.link.Far().Socket, Address: d.address}}
	wanted := wire.NewObjectID(wire.Device, uint32(d.options.Instance))
	if s.options.Foreign > 0 {
		found, err := s.find(ctx, d, link.Peer{Socket: at.Socket, Address: wire.Address{Network: wire.Everywhere}})
		if err != nil {
			return err
		}
		at.Peer = found
	}
	d.peer = at
	id, err := s.identify(ctx, d, wanted, once)
	if refusal, refused := isRefusal(err); refused && refusal.Code == wire.UnknownObject && refusal.Kind == wire.ErrorPDU {
		if id, err = s.otherwise(ctx, d, wanted); err != nil {
			d.peer = nil
			return err
		}
	} else if refused {
		id, err = wanted, nil // it lives, and tells nothing of itself
	}
	if err != nil {
		d.peer = nil
		return err
	}
	at.id, d.complaint = id, ""
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.known[id.Instance()] = at
	return nil
}

// reach returns when it is known where the device is, and that it is the one that is configured. Of one that may be any, nothing
// has to be asked.
func (s *session) reach(ctx context.Context, d *device) error {
	switch {
	case d.peer != nil:
		return nil
	case d.options.Instance == wire.MaxInstance && s.options.Foreign == 0:
		d.peer = &peer{Peer: link.Peer{Socket: s.link.Far().Socket, Address: d.address}}
		return nil
	default:
		return s.meet(ctx, d, false)
	}
}

// identify asks for the identifier of the device object.
func (s *session) identify(ctx context.Context, d *device, id wire.ObjectID, once bool) (wire.ObjectID, error) {
	values, err := s.readProperty(ctx, d, wire.Reference{Object: id, Property: wire.ObjectIdentifier, Index: wire.NoIndex}, once)
	if err != nil {
		return 0, err
	}
	if len(values) != 1 || values[0].Type != wire.Object {
		return 0, &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadDecoding, Sent: true, Err: fmt.Errorf("ask device %s who it is: its identifier is none", d.name)}
	}
	return wire.ObjectID(values[0].Number), nil
}

// otherwise is for a device that has no device object of the instance: it is another one, or it does not know the wildcard.
func (s *session) otherwise(ctx context.Context, d *device, wanted wire.ObjectID) (wire.ObjectID, error) {
	anybody := wire.NewObjectID(wire.Device, wire.MaxInstance)
	if wanted == anybody {
		if found, err := s.whoIs(ctx, d.peer.Peer, d.options.Timeout, 0, wire.MaxInstance); err == nil {
			return wire.NewObjectID(wire.Device, found.instance), nil
		}
		return anybody, nil // it lives, and need not tell who it is
	}
	id, err := s.identify(ctx, d, anybody, false)
	if _, refused := isRefusal(err); err != nil && !refused {
		return 0, err
	}
	is := "another one"
	if err == nil {
		is = id.String()
	}
	wrong := &protocols.Refusal{Quality: tag.BadConfiguration, Err: fmt.Errorf(
		"the device at %s is %s and not %v: correct endpoint, network and mac, or instance", where(d.peer.Peer), is, wanted)}
	if d.complaint != wrong.Error() {
		d.complaint = wrong.Error()
		s.logger.Error("nothing is read of another device", "device", d.name, "error", wrong)
	}
	return 0, wrong
}

// where returns a peer's address in words.
func where(p link.Peer) string {
	if p.Address.Network == 0 {
		return p.Socket.String()
	}
	return fmt.Sprintf("%v, behind router %v", p.Address, p.Socket)
}

// found is a device that has said I-Am.
type found struct {
	link.Peer
	instance uint32
}

// find finds the device of the configured instance by a Who-Is (clause 16.10).
func (s *session) find(ctx context.Context, d *device, to link.Peer) (link.Peer, error) {
	instance := uint32(d.options.Instance)
	if instance == wire.MaxInstance {
		return link.Peer{}, &protocols.Refusal{Quality: tag.BadConfiguration, Err: fmt.Errorf("find device %s behind the BBMD: give its instance", d.name)}
	}
	one, err := s.whoIs(ctx, to, d.options.Timeout, instance, instance)
	if err != nil {
		return link.Peer{}, errorOf(fmt.Sprintf("find device %s, instance %d, by a Who-Is", d.name, instance), true, err)
	}
	return one.Peer, nil
}

// whoIs asks who has an instance in a range, and returns the first one that answers.
func (s *session) whoIs(ctx context.Context, to link.Peer, patience time.Duration, low, high uint32) (f found, err error) {
	heard := make(chan found, 1)
	s.mutex.Lock()
	s.finding = append(s.finding, finding{low, high, heard})
	s.mutex.Unlock()
	defer s.stopFinding(heard)
	if err := s.link.Tell(to, wire.WhoIs, wire.AppendWhoIs(nil, low, high)); err != nil {
		return f, &link.Unreachable{Err: err}
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case f = <-heard:
		return f, nil
	case <-timer.C:
		return f, link.ErrNoAnswer
	case <-s.link.Done():
		return f, s.link.Err()
	case <-ctx.Done():
		return f, context.Cause(ctx)
	}
}

// finding is somebody who waits for an I-Am.
type finding struct {
	low, high uint32
	heard     chan<- found
}

func (s *session) stopFinding(heard chan<- found) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for i, f := range s.finding {
		if f.heard == heard {
			s.finding = append(s.finding[:i], s.finding[i+1:]...)
			return
		}
	}
}

// identified takes an I-Am.
func (s *session) identified(from link.Peer, body []byte) {
	id, err := wire.ParseIAm(body)
	if err != nil {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, f := range s.finding {
		if n := id.Instance(); n >= f.low && n <= f.high {
			select {
			case f.heard <- found{from, n}:
			default: // it has one
			}
		}
	}
}
