package bacnet

import "github.com/holdfast-edge/holdfast/protocols/bacnet/wire"

// flags is where the status flags of the point's object are.
func (p *point) flags() wire.Reference {
	return wire.Reference{Object: p.at.Object, Property: wire.StatusFlags, Index: wire.NoIndex}
}

// reliability is where its object says why it is at fault.
func (p *point) reliability() wire.Reference {
	return wire.Reference{Object: p.at.Object, Property: wire.Reliability, Index: wire.NoIndex}
}

// references returns what is read for points: each property once, and those of one object together.
func references(points []*point) (list []wire.Reference) {
	byObject := map[wire.ObjectID][]wire.Reference{}
	var objects []wire.ObjectID
	asked := make(map[wire.Reference]bool, 2*len(points))
	add := func(r wire.Reference) {
		if asked[r] {
			return
		}
		asked[r] = true
		if byObject[r.Object] == nil {
			objects = append(objects, r.Object)
		}
		byObject[r.Object] = append(byObject[r.Object], r)
	}
	for _, p := range points {
		add(p.at)
		if p.status {
			add(p.flags())
		}
	}
	for _, o := range objects {
		list = append(list, byObject[o]...)
	}
	return list
}

// What an answer of ReadPropertyMultiple takes, in octets (clause 15.7).
const (
	headerOctets = 16 // of the network and of the APDU
	objectOctets = 7
	flagsOctets  = 7
)

// octets is about how many octets the answer for a point has. One that is wrong is found out by the device's refusal.
func (p *point) octets() int {
	n := objectOctets + 10
	switch p.at.Property {
	case wire.ObjectName, wire.Description:
		n += 30
	case wire.PriorityArray, wire.ObjectList:
		if p.at.Index == wire.NoIndex {
			n += 100
		}
	}
	if p.status {
		n += flagsOctets
	}
	return n
}

// pack divides points into batches whose answers fit the device's APDUs; most is how many of them there are in one, 0 any
// number.
func pack(points []*point, limit, most int) (batches [][]*point) {
	room := limit - headerOctets
	var batch []*point
	used := 0
	flush := func() {
		if len(batch) > 0 {
			batches = append(batches, batch)
		}
		batch, used = nil, 0
	}
	for _, p := range points {
		n := p.octets()
		if p.alone || used+n > room || most > 0 && len(batch) >= most {
			flush()
		}
		batch, used = append(batch, p), used+n
		if p.alone {
			flush()
		}
	}
	flush()
	return batches
}
