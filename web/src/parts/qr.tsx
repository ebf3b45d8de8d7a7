import { useMemo } from 'react'
import qrcode from 'qrcode-generator'

/** A QR code as one path; drawn here, so the secret goes nowhere else. */
export function Qr({ text, label }: { text: string; label: string }) {
    const { path, size } = useMemo(() => {
        const code = qrcode(0, 'M')
        code.addData(text)
        code.make()
        const n = code.getModuleCount()
        let d = ''
        for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (code.isDark(y, x)) d += `M${x} ${y}h1v1h-1z`
        return { path: d, size: n }
    }, [text])
    return <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges"><path d={path} fill="#000" /></svg>
}
