/** Passkeys (WebAuthn) between the browser and the operations: bytes travel in base64, challenges in base64url. */
import type { Words } from '../text/text'
import { call, Problem, type Gives } from './client'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0))
function textOf(bytes: ArrayBuffer): string {
    let text = ''
    for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte)
    return btoa(text)
}
export const passkeysThere = (): boolean => typeof PublicKeyCredential === 'function' && isSecureContext

/** What the browser refuses, in words. */
function refused(error: unknown, t: Words['t'], place: string): unknown {
    if (error instanceof Problem) return error
    const name = error instanceof Error ? error.name : ''
    const text = name === 'SecurityError' ? t('passkey_elsewhere', { what: place }) : name === 'InvalidStateError' ? t('passkey_known') : name === 'NotAllowedError' || name === 'AbortError' ? t('passkey_cancelled') : t('passkey_failed')
    return new Problem(0, 'web.passkey', '', text, [])
}

export async function addPasskey(name: string, t: Words['t']): Promise<void> {
    const started = await call('passkey_start', {})
    let made: PublicKeyCredential | null
    try {
        made = await navigator.credentials.create({ publicKey: {
            challenge: bytesOf(started.challenge), rp: { id: started.rp_id, name: 'Florin' }, user: { id: bytesOf(started.user_handle), name: started.user_name, displayName: started.display_name },
            pubKeyCredParams: [-7, -8, -257].map(alg => ({ type: 'public-key' as const, alg })), attestation: 'none', timeout: 300_000,
            authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' }, excludeCredentials: started.known.map(k => ({ type: 'public-key' as const, id: bytesOf(k.credential_id) })),
        } }) as PublicKeyCredential | null
    } catch (error) { throw refused(error, t, started.rp_id) }
    if (!made) throw refused(new Error(), t, started.rp_id)
    const response = made.response as AuthenticatorAttestationResponse
    await call('passkey_add', { name, client_data: textOf(response.clientDataJSON), attestation: textOf(response.attestationObject) })
}

async function show(t: Words['t']): Promise<{ credential_id: string; client_data: string; authenticator_data: string; signature: string }> {
    const asked = await call('passkey_ask', {})
    let shown: PublicKeyCredential | null
    try {
        shown = await navigator.credentials.get({ publicKey: { challenge: bytesOf(asked.challenge), rpId: asked.rp_id, userVerification: 'required', timeout: 300_000, allowCredentials: asked.known.map(k => ({ type: 'public-key' as const, id: bytesOf(k.credential_id) })) } }) as PublicKeyCredential | null
    } catch (error) { throw refused(error, t, asked.rp_id) }
    if (!shown) throw refused(new Error(), t, asked.rp_id)
    const response = shown.response as AuthenticatorAssertionResponse
    return { credential_id: textOf(shown.rawId), client_data: textOf(response.clientDataJSON), authenticator_data: textOf(response.authenticatorData), signature: textOf(response.signature) }
}
export async function signInByPasskey(agent: string, t: Words['t']): Promise<Gives<'passkey_sign_in'>> { return call('passkey_sign_in', { ...await show(t), agent }) }
export async function stepUpByPasskey(t: Words['t']): Promise<void> { await call('passkey_step_up', await show(t)) }
