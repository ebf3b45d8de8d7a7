export default function Standing() { return null }
