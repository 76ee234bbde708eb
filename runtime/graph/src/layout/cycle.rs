//! Which wires run against the flow: without them there is no cycle.
//!
//! A walk in depth from the sources, in the order of the file, calls those backward that lead to a box it has not left
//! yet. So a loop is cut where it returns to its entry, which is what people mean by feedback.

/// One flag per edge: whether it must be turned round. Edges from a box to itself are among them.
pub(super) fn backward(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut outgoing = vec![Vec::new(); count];
    let mut has_input = vec![false; count];
    for (at, &(from, to)) in edges.iter().enumerate() {
        outgoing[from].push(at);
        has_input[to] |= from != to;
    }
    let mut walk = Walk {
        edges,
        outgoing,
        state: vec![State::New; count],
        backward: vec![false; edges.len()],
    };
    let sources = (0..count).filter(|&item| !has_input[item]);
    for start in sources.chain(0..count) {
        walk.from(start);
    }
    walk.backward
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// On the way from the start to the current box.
    Open,
    Done,
}

struct Walk<'a> {
    edges: &'a [(usize, usize)],
    outgoing: Vec<Vec<usize>>,
    state: Vec<State>,
    backward: Vec<bool>,
}

impl Walk<'_> {
    /// Walks with a stack of its own: a chain of a million boxes is no danger to ours.
    fn from(&mut self, start: usize) {
        if self.state[start] != State::New {
            return;
        }
        self.state[start] = State::Open;
        let mut open = vec![(start, 0)];
        while let Some((item, next)) = open.last_mut() {
            let Some(&edge) = self.outgoing[*item].get(*next) else {
                self.state[*item] = State::Done;
                open.pop();
                continue;
            };
            *next += 1;
            let (_, to) = self.edges[edge];
            match self.state[to] {
                State::New => {
                    self.state[to] = State::Open;
                    open.push((to, 0));
                }
                State::Open => self.backward[edge] = true,
                State::Done => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::backward;

    #[test]
    fn loop_is_cut_where_it_returns_to_its_entry() {
        let edges = [(0, 2), (2, 3), (3, 1), (1, 2), (3, 4), (4, 4)];
        let cut = [false, false, false, true, false, true];
        assert_eq!(backward(5, &edges), cut);
    }

    #[test]
    fn long_chain_does_not_exhaust_the_stack() {
        let count = 200_000;
        let edges: Vec<_> = (1..count).map(|at| (at - 1, at)).collect();
        assert!(!backward(count, &edges).contains(&true));
    }
}
