package mqttd

// deque is a first-in-first-out queue that gives its memory back when it has
// been emptied. The zero deque is empty.
type deque[T any] struct {
	slots []T
	first int
	count int
}

func (d *deque[T]) len() int { return d.count }

// at is the i-th from the front.
func (d *deque[T]) at(i int) *T { return &d.slots[(d.first+i)%len(d.slots)] }

func (d *deque[T]) push(v T) {
	if d.count == len(d.slots) {
		d.resize(max(8, 2*d.count))
	}
	d.slots[(d.first+d.count)%len(d.slots)] = v
	d.count++
}

// pop takes the first of a deque that is not empty.
func (d *deque[T]) pop() T {
	var none T
	v := d.slots[d.first]
	d.slots[d.first] = none
	d.first = (d.first + 1) % len(d.slots)
	if d.count--; d.count == 0 && len(d.slots) > 64 {
		d.slots, d.first = nil, 0
	}
	return v
}

func (d *deque[T]) resize(n int) {
	slots := make([]T, n)
	for i := range d.count {
		slots[i] = *d.at(i)
	}
	d.slots, d.first = slots, 0
}
