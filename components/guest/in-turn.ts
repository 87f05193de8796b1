/** Makes something of each, one after the other. @param make is given what was made of the one before, if there is one, to depend on */
export const inTurn = <Item, Made>(
    items: readonly Item[],
    make: (item: Item, before: readonly Made[], index: number) => Made,
): Made[] => items.reduce<Made[]>((made, item, index) => [...made, make(item, made.slice(-1), index)], []);
